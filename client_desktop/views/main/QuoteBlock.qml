import QtQuick
import Parlour.Theme

// A quotation: its own blocks behind a bar.
Item {
    id: quote

    property var block: null

    width: parent?.width ?? 0
    implicitHeight: inner.height

    Rectangle {
        width: Theme.px(3)
        height: parent.height
        radius: 1
        color: Theme.floatBorder
        anchors.left: parent.left
    }
    Loader {
        id: inner
        anchors { left: parent.left; leftMargin: Theme.space12 }
        width: quote.width - Theme.space12
        active: quote.block !== null
        opacity: 0.85
        Component.onCompleted: setSource("MessageBlocks.qml", { "blocks": Qt.binding(() => quote.block?.blocks ?? []), "width": Qt.binding(() => inner.width) })
    }
}
