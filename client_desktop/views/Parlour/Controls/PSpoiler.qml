import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// Covers what is inside it until somebody wants to see it.
T.AbstractButton {
    id: spoiler

    property string reason: ""
    property bool shown: false
    default property alias content: holder.data

    implicitWidth: Math.max(shown ? 0 : cover.implicitWidth + 2 * Theme.space16, holder.childrenRect.width)
    implicitHeight: Math.max(Theme.hitTarget, holder.childrenRect.height)
    hoverEnabled: true
    focusPolicy: shown ? Qt.NoFocus : Qt.StrongFocus
    Accessible.role: Accessible.Button
    Accessible.name: reason === "" ? qsTrId("control.showSpoiler") : Words.text("control.spoilerReason", [reason])
    onClicked: shown = true

    Item {
        id: holder
        anchors.fill: parent
        visible: spoiler.shown
        enabled: spoiler.shown
    }
    Rectangle {
        id: ground
        anchors.fill: parent
        visible: !spoiler.shown
        radius: Theme.radiusSmall
        color: spoiler.hovered ? Theme.mix(Theme.text, 0.16, Theme.surface) : Theme.mix(Theme.text, 0.1, Theme.surface)
        Row {
            id: cover
            anchors.centerIn: parent
            spacing: Theme.space8
            Icon { name: "eye-off"; size: Theme.iconSmall; anchors.verticalCenter: parent.verticalCenter }
            PText {
                text: spoiler.reason === "" ? qsTrId("control.spoiler") : Words.text("control.spoilerReason", [spoiler.reason])
                role: "small"
                muted: true
                width: Math.min(implicitWidth, Theme.px(320))
                anchors.verticalCenter: parent.verticalCenter
                Accessible.ignored: true
            }
        }
        PFocusRing { control: spoiler; gap: 0; radius: Theme.radiusSmall }
    }
}
