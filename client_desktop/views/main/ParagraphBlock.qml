import QtQuick
import Parlour.Theme

// A paragraph among other blocks: it may stand in lists, with a bullet or a number before it.
MessageParagraph {
    id: paragraph

    width: parent?.width ?? 0
    indent: (block?.indent ?? 0) * Theme.px(22)

    Text {
        visible: text !== ""
        text: paragraph.block?.marker ?? ""
        color: Theme.textMuted
        font.pixelSize: Theme.sizeBody
        font.features: Theme.tabularFigures
        lineHeight: Theme.lineHeight
        width: Theme.px(18)
        horizontalAlignment: Text.AlignRight
        x: LayoutMirroring.enabled ? paragraph.width - paragraph.indent + Theme.px(24) - width : paragraph.indent - Theme.px(24)
        Accessible.ignored: true
    }
}
