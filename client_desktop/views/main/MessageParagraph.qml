import QtQuick
import Parlour.Theme
import "paint.js" as Paint

// One paragraph, heading or item of a list. Its HTML is the engine's own; links go through `app.openLink`.
Item {
    id: paragraph

    property var block: null
    property bool big: false
    property bool edited: false
    property var revealed: ({})
    readonly property string mark: edited ? " <span style='font-size:" + Theme.sizeCaption + "px;color:" + Theme.textFaint + "'>" + qsTrId("main.edited") + "</span>" : ""
    readonly property bool rich: !!block && (block.html !== "" || edited)
    readonly property bool heading: block?.kind === "heading"
    readonly property bool selectable: block !== null
    property bool selecting: false
    readonly property alias editor: selector.item
    readonly property int indent: (block?.indent ?? 0) * Theme.px(22)

    implicitHeight: words.height

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
    Text {
        id: words
        x: LayoutMirroring.enabled ? 0 : paragraph.indent
        width: paragraph.width - paragraph.indent
        text: !paragraph.block ? "" : paragraph.rich ? Paint.paint(paragraph.block.html || paragraph.block.escaped, paragraph.revealed) + paragraph.mark : paragraph.block.text
        textFormat: paragraph.rich ? Text.RichText : Text.PlainText
        color: Theme.text
        font.pixelSize: paragraph.big ? Theme.px(32) : paragraph.heading ? Theme.px(Math.max(14, 21 - 2 * paragraph.block.level)) : Theme.sizeBody
        font.weight: paragraph.heading ? Theme.weightSemibold : Theme.weightRegular
        lineHeight: paragraph.big ? 1.1 : Theme.lineHeight
        wrapMode: Text.Wrap
        verticalAlignment: Text.AlignVCenter
        horizontalAlignment: Text.AlignLeft
        onLinkActivated: link => paragraph.open(link)
        Accessible.ignored: true

        HoverHandler {
            cursorShape: words.hoveredLink !== "" ? Qt.PointingHandCursor : Qt.IBeamCursor
        }
    }
    Loader { // made for those who select
        id: selector
        active: paragraph.selecting
        x: words.x
        width: words.width
        z: -1
        sourceComponent: TextSelector {
            like: words
            html: paragraph.rich && paragraph.block.html !== "" ? Paint.paint(paragraph.block.html, paragraph.revealed) : paragraph.block.escaped
        }
    }
    // Follow what was clicked there, if anything.
    function follow(x, y) {
        const link = words.linkAt(x - words.x, y - words.y);
        if (link !== "")
            open(link);
    }
    function open(link) {
        const spoiler = /^spoiler:(\d+)$/.exec(link);
        if (spoiler === null)
            app.openLink(link);
        else
            revealed = Object.assign({}, revealed, { [spoiler[1]]: true });
    }
    onBlockChanged: revealed = ({})
}
