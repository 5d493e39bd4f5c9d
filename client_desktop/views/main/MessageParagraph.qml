import QtQuick
import Parlour.Theme
import "paint.js" as Paint

// One paragraph or heading. Its HTML is the engine's own; links go through `app.openLink`.
Text {
    id: words

    property var block: null
    property bool big: false
    property bool edited: false
    property var revealed: ({})
    property int indent: 0
    readonly property string mark: edited ? " <span style='font-size:" + Theme.sizeCaption + "px;color:" + Theme.textFaint + "'>" + qsTrId("main.edited") + "</span>" : ""
    readonly property bool rich: !!block && (block.html !== "" || edited)
    readonly property bool heading: block?.kind === "heading"
    readonly property bool selectable: block !== null
    property bool selecting: false
    property Item editor: null

    leftPadding: LayoutMirroring.enabled ? 0 : indent
    rightPadding: LayoutMirroring.enabled ? indent : 0
    text: !block ? "" : rich ? Paint.paint(block.html || block.escaped, revealed) + mark : block.text
    textFormat: rich ? Text.RichText : Text.PlainText
    color: Theme.text
    font.pixelSize: big ? Theme.px(32) : heading ? Theme.px(Math.max(14, 21 - 2 * block.level)) : Theme.sizeBody
    font.weight: heading ? Theme.weightSemibold : Theme.weightRegular
    lineHeight: big ? 1.1 : Theme.lineHeight
    wrapMode: Text.Wrap
    verticalAlignment: Text.AlignVCenter
    horizontalAlignment: Text.AlignLeft
    onLinkActivated: link => open(link)
    onBlockChanged: revealed = ({})
    onSelectingChanged: {
        editor?.destroy();
        editor = selecting ? selector.createObject(words) : null;
    }
    Accessible.ignored: true

    HoverHandler {
        cursorShape: words.hoveredLink !== "" ? Qt.PointingHandCursor : Qt.IBeamCursor
    }
    Component { // for those who select
        id: selector
        TextSelector {
            x: words.leftPadding
            z: -1
            width: words.width - words.indent
            like: words
            html: words.rich && words.block.html !== "" ? Paint.paint(words.block.html, words.revealed) : words.block.escaped
        }
    }
    // Follow what was clicked there, if anything.
    function follow(x, y) {
        const link = linkAt(x, y);
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
}
