import QtQuick
import Parlour.Theme

// A paragraph, a heading or a list's item.
Text {
    id: paragraph

    property var block: null
    property var owner: null
    property var revealed: []

    readonly property bool heading: block?.kind === "heading"
    readonly property bool last: owner?.suffix !== "" && owner?.blocks[owner.blocks.length - 1] === block
    readonly property string suffix: last ? owner.suffix : ""
    readonly property bool rich: (block?.html ?? "") !== "" || suffix !== ""

    width: parent?.width ?? 0
    text: !block ? "" : !rich ? block.text : Theme.paint(block.html !== "" ? block.html : block.escaped, revealed) + suffix
    textFormat: rich ? Text.RichText : Text.PlainText
    color: owner?.inkColor ?? Theme.text
    linkColor: Theme.link
    font.pixelSize: owner?.big ? Theme.px(32) : heading && block.level <= 2 ? Theme.sizeLead + Theme.px(block.level === 1 ? 2 : 0) : Theme.sizeBody
    font.weight: heading ? Theme.weightSemibold : Theme.weightRegular
    lineHeight: owner?.big ? 1.1 : Theme.lineHeight
    wrapMode: Text.Wrap
    horizontalAlignment: Text.AlignLeft
    Accessible.ignored: true
    onLinkActivated: link => {
        if (link.startsWith("spoiler:"))
            revealed = revealed.concat(Number(link.slice(8)));
        else
            owner.linkActivated(link);
    }

    Text {
        id: marker
        visible: text !== ""
        text: paragraph.block?.marker ?? ""
        font.pixelSize: Theme.sizeBody
        font.features: Theme.tabularFigures
        lineHeight: paragraph.lineHeight
        color: Theme.textMuted
        width: Theme.px(22)
        x: LayoutMirroring.enabled ? paragraph.width : -width
        leftPadding: Theme.px(6)
        horizontalAlignment: Text.AlignLeft
        textFormat: Text.PlainText
        Accessible.ignored: true
    }

    HoverHandler {
        enabled: paragraph.rich
        cursorShape: paragraph.hoveredLink !== "" ? Qt.PointingHandCursor : Qt.ArrowCursor
    }
}
