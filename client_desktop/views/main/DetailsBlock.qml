import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// What opens under its summary.
Item {
    id: details

    property var block: null
    property bool opened: false
    onBlockChanged: opened = false

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
        Icon { name: details.opened ? "chevron-down" : "chevron-right"; size: Theme.iconSmall; anchors { left: parent.left; verticalCenter: parent.verticalCenter } }
        ParagraphBlock {
            id: title
            anchors { left: parent.left; leftMargin: Theme.px(22) }
            width: parent.width - Theme.px(22)
            block: details.block
        }
        PFocusRing { control: head; gap: 0 }
    }
    Loader {
        id: inner
        anchors { top: head.bottom; topMargin: Theme.space4; left: parent.left; leftMargin: Theme.px(22) }
        width: details.width - Theme.px(22)
        active: details.opened
        Component.onCompleted: setSource("MessageBlocks.qml", { "blocks": Qt.binding(() => details.block?.blocks ?? []), "width": Qt.binding(() => inner.width) })
    }
}
