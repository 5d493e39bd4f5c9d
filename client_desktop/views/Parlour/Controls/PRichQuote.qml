import QtQuick
import Parlour.Theme

// What somebody else said, behind a bar.
Item {
    id: quote

    property var block: null
    property var owner: null

    width: parent?.width ?? 0
    implicitHeight: inner.height

    Rectangle {
        width: Theme.px(3)
        height: parent.height
        radius: Theme.px(1.5)
        color: Theme.floatBorder
        anchors.left: parent.left
    }
    // Made by name: a quotation may hold quotations.
    Loader {
        id: inner
        anchors { left: parent.left; right: parent.right; leftMargin: Theme.space12 + 2 }
        Component.onCompleted: setSource("PRichText.qml", {
            "blocks": quote.block.blocks,
            "width": Qt.binding(() => inner.width),
            "inkColor": Qt.binding(() => Theme.textMuted)
        })
        Connections {
            target: inner.item
            function onLinkActivated(link) { quote.owner.linkActivated(link); }
            function onCopyRequested(text) { quote.owner.copyRequested(text); }
        }
    }
}
