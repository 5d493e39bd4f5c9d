import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// What opens under its summary.
Item {
    id: details

    property var block: null
    property bool opened: false

    width: parent?.width ?? 0
    implicitHeight: head.height + (opened ? inner.height + Theme.space4 : 0)

    T.AbstractButton {
        id: head
        width: parent.width
        height: Math.max(Theme.px(24), title.height)
        focusPolicy: Qt.StrongFocus
        Accessible.role: Accessible.Button
        Accessible.name: details.block?.text ?? ""
        onClicked: details.opened = !details.opened
        Icon { name: details.opened ? "chevron-down" : "chevron-right"; size: Theme.iconSmall; anchors.verticalCenter: parent.verticalCenter }
        MessageParagraph {
            id: title
            x: Theme.px(22)
            width: parent.width - x
            block: details.block
        }
        PFocusRing { control: head; gap: 0 }
    }
    Loader {
        id: inner
        anchors { top: head.bottom; topMargin: Theme.space4 }
        x: Theme.px(22)
        width: details.width - x
        active: details.opened
        Component.onCompleted: setSource("MessageBlocks.qml", { "blocks": Qt.binding(() => details.block?.blocks ?? []), "width": Qt.binding(() => inner.width) })
    }
}
