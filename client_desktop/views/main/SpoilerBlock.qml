import QtQuick
import Parlour.Theme
import Parlour.Controls

// Words that are shown after a click.
PSpoiler {
    id: spoiler

    property var block: null

    reason: block?.reason ?? ""
    width: shown ? parent?.width ?? 0 : implicitWidth
    implicitHeight: shown ? inner.implicitHeight : Theme.px(30)
    MessageParagraph {
        id: inner
        width: spoiler.parent?.width ?? 0
        block: spoiler.block
    }
}
