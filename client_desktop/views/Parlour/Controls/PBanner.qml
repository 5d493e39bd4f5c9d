import QtQuick
import Parlour.Theme

// A line that wants something: what happened, why, and the next step as buttons in `actions`.
Rectangle {
    id: banner

    property string kind: "mention" // info, mention, danger, quiet
    property string title: ""
    property string text: ""
    property string iconName: kind === "danger" ? "circle-alert" : kind === "mention" ? "triangle-alert" : "info"
    property bool dismissible: false
    default property alias actions: buttons.data

    signal dismissed

    readonly property bool narrow: width < Theme.px(480) && buttons.children.length > 0
    readonly property color ink: kind === "danger" ? Theme.danger : kind === "mention" ? Theme.mention
                                 : kind === "info" ? Theme.accent : Theme.textMuted

    implicitWidth: Theme.px(480)
    implicitHeight: Math.max(words.implicitHeight, side.implicitHeight) * (narrow ? 0 : 1)
                    + (narrow ? words.implicitHeight + (buttons.children.length > 0 ? side.implicitHeight + Theme.space12 : 0) : 0)
                    + 2 * Theme.space16
    radius: Theme.radiusMedium
    color: kind === "danger" ? Theme.dangerSoft : kind === "mention" ? Theme.mentionSoft
           : kind === "info" ? Theme.accentSoft : Theme.sunken
    Accessible.role: kind === "danger" ? Accessible.AlertMessage : Accessible.Notification
    Accessible.name: title === "" ? text : title + " " + text

    Icon {
        id: mark
        name: banner.iconName
        color: banner.ink
        anchors { left: parent.left; leftMargin: Theme.space16; top: words.top; topMargin: Theme.px(1) }
    }
    Column {
        id: words
        anchors { left: mark.right; leftMargin: Theme.space12; right: banner.narrow ? parent.right : side.left; rightMargin: Theme.space16 }
        y: banner.narrow ? Theme.space16 : Math.round((banner.height - height) / 2)
        spacing: Theme.space2
        PText {
            visible: text !== ""
            text: banner.title
            font.weight: Theme.weightMedium
            width: parent.width
            wrapMode: Text.Wrap
            Accessible.ignored: true
        }
        PText {
            visible: text !== ""
            text: banner.text
            role: banner.title === "" ? "body" : "small"
            color: banner.title === "" ? Theme.text : Theme.textMuted
            width: parent.width
            wrapMode: Text.Wrap
            Accessible.ignored: true
        }
    }
    Row {
        id: side
        spacing: Theme.space8
        anchors { right: parent.right; rightMargin: Theme.space16 }
        y: banner.narrow ? words.y + words.height + Theme.space12 : Math.round((banner.height - height) / 2)
        Row {
            id: buttons
            spacing: Theme.space8
        }
        PIconButton {
            visible: banner.dismissible
            text: qsTrId("control.dismiss")
            iconName: "x"
            iconSize: Theme.iconSmall
            anchors.verticalCenter: parent.verticalCenter
            onClicked: banner.dismissed()
        }
    }
}
