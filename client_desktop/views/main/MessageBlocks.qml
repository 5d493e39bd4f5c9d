import QtQuick
import Parlour.Theme

// Blocks of a message below each other. A message with blocks of the same kinds, shown in its place, uses them again.
Item {
    id: column

    required property var blocks
    property bool edited: false
    property var kinds: []

    readonly property var sources: ({
        "code": "CodeBlock.qml",
        "quote": "QuoteBlock.qml",
        "rule": "RuleBlock.qml",
        "table": "TableBlock.qml",
        "details": "DetailsBlock.qml"
    })
    readonly property Item last: repeater.count > 0 ? repeater.itemAt(repeater.count - 1) : null

    height: last === null ? 0 : last.y + last.height
    onBlocksChanged: show()
    onEditedChanged: show()
    Component.onCompleted: show()

    function show() {
        const wanted = blocks.map(block => block.kind);
        if (wanted.join() !== kinds.join() || wanted.includes("table")) // whose columns are measured when it is made
            kinds = wanted;
        else
            kinds.forEach((kind, index) => fill(repeater.itemAt(index)?.item ?? null, index));
    }
    function fill(item, index) {
        if (item === null || index >= blocks.length)
            return;
        item.block = blocks[index];
        if (item.edited !== undefined)
            item.edited = edited && index === blocks.length - 1;
    }

    Repeater {
        id: repeater
        model: column.kinds
        Loader {
            required property string modelData
            required property int index
            readonly property Item above: index > 0 ? repeater.itemAt(index - 1) : null
            y: above === null ? 0 : above.y + above.height + Theme.space4
            width: column.width
            source: column.sources[modelData] ?? "ParagraphBlock.qml"
            onLoaded: column.fill(item, index)
        }
    }
}
