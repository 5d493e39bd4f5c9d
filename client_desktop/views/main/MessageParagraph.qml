import QtQuick
import Parlour.Theme

// One paragraph. Its HTML is made by the engine's sanitiser, links go through `app.openLink`.
Text {
    id: paragraph

    property var block: null
    property bool big: false
    property bool edited: false
    readonly property string mark: edited ? " <span style='font-size:" + Theme.sizeCaption + "px;color:" + Theme.textFaint + "'>" + qsTrId("main.edited") + "</span>" : ""
    readonly property bool rich: !!block && (block.html !== "" || edited)

    text: !block ? "" : rich ? (block.html !== "" ? block.html : block.escaped) + mark : block.text
    textFormat: rich ? Text.RichText : Text.PlainText
    color: Theme.text
    font.pixelSize: big ? Theme.px(32) : Theme.sizeBody
    lineHeight: big ? 1.1 : Theme.lineHeight
    wrapMode: Text.Wrap
    linkColor: Theme.link
    verticalAlignment: Text.AlignVCenter
    horizontalAlignment: Text.AlignLeft
    onLinkActivated: link => app.openLink(link)
    Accessible.ignored: true

    HoverHandler {
        enabled: paragraph.rich
        cursorShape: paragraph.hoveredLink !== "" ? Qt.PointingHandCursor : Qt.ArrowCursor
    }
}
