import QtQuick

// A message's words as blocks: paragraphs, code, quotations, lists, tables, spoilers. A message of one paragraph,
// as most are, is a single Text.
Item {
    id: message

    required property var row
    property Item view: null
    property bool pointed: false // the mouse has been here: nobody else can select
    readonly property var blocks: row.blocks
    readonly property bool plain: blocks.length === 1 && blocks[0].indent === 0 && (blocks[0].kind === "paragraph" || blocks[0].kind === "heading")

    height: plain ? single.height : rest.active ? rest.height : 0

    MessageParagraph {
        id: single
        visible: message.plain
        width: parent.width
        block: message.plain ? message.blocks[0] : null
        big: message.row.onlyEmoji && (app.preferences?.largeEmoji ?? true)
        edited: message.row.edited
    }
    Loader {
        id: rest
        active: !message.plain && message.blocks.length > 0
        visible: active
        width: parent.width
        sourceComponent: MessageBlocks { blocks: message.blocks; edited: message.row.edited }
    }
    Loader {
        id: area
        active: message.pointed && message.view !== null && message.blocks.length > 0
        anchors.fill: parent
        sourceComponent: SelectArea { about: message; timeline: message.view }
    }
    onBlocksChanged: {
        if (area.item?.selecting)
            view.takeTextSelection(null);
        pointed = false;
    }
}
