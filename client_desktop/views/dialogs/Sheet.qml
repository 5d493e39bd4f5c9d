import QtQuick
import QtQuick.Templates as T
import Parlour.Controls
import Parlour.Theme

// A wider dialog for lists that are searched: a title, what stands at the top, and a body that fills the rest.
T.Popup {
    id: sheet

    property var args: ({})
    property string title: ""
    property string description: ""
    property Component leading: null
    property alias tools: bar.data
    default property alias content: body.data

    parent: T.Overlay.overlay
    anchors.centerIn: parent
    width: Math.min(Theme.px(720), (parent?.width ?? 0) - 2 * Theme.space16)
    height: Math.min(Theme.px(680), (parent?.height ?? 0) - 2 * Theme.space24)
    modal: true
    focus: true
    dim: true
    popupType: T.Popup.Item
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside

    background: PFloat { radius: Theme.radiusLarge }
    T.Overlay.modal: Rectangle { color: Theme.scrim }
    enter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.normalMs } }
    exit: Transition { NumberAnimation { property: "opacity"; from: 1; to: 0; duration: Theme.fastMs } }

    contentItem: Item {
        Item {
            id: head
            anchors { left: parent.left; right: parent.right; top: parent.top; margins: Theme.space24 }
            height: Math.max(words.height, front.height)
            Loader {
                id: front
                active: sheet.leading !== null
                sourceComponent: sheet.leading
                anchors.verticalCenter: parent.verticalCenter
            }
            Column {
                id: words
                spacing: Theme.px(2)
                anchors { left: front.right; leftMargin: front.active ? Theme.space12 : 0; right: bar.left; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
                PText { text: sheet.title; role: "title"; width: parent.width; Accessible.role: Accessible.Heading }
                PText { visible: text !== ""; text: sheet.description; role: "small"; muted: true; width: parent.width }
            }
            Row {
                id: bar
                spacing: Theme.space8
                anchors { right: shut.left; rightMargin: Theme.space4; verticalCenter: parent.verticalCenter }
            }
            PIconButton {
                id: shut
                text: qsTrId("dialogs.close")
                iconName: "x"
                iconSize: Theme.px(18)
                anchors { right: parent.right; rightMargin: -Theme.space8; verticalCenter: parent.verticalCenter }
                onClicked: sheet.close()
            }
        }
        Item {
            id: body
            anchors { left: parent.left; right: parent.right; top: head.bottom; bottom: parent.bottom; topMargin: Theme.space16; leftMargin: Theme.space24; rightMargin: Theme.space24; bottomMargin: Theme.space16 }
        }
    }
}
