import QtQuick
import Parlour.Theme
import Parlour.Controls

// Blocks of a message below each other.
Column {
    id: column

    required property var blocks
    property bool edited: false

    readonly property var sources: ({
        "code": "CodeBlock.qml",
        "quote": "QuoteBlock.qml",
        "rule": "RuleBlock.qml",
        "table": "TableBlock.qml",
        "details": "DetailsBlock.qml"
    })

    spacing: Theme.space4

    Repeater {
        model: column.blocks
        Loader {
            id: slot
            required property var modelData
            required property int index
            width: column.width
            source: column.sources[modelData.kind] ?? "ParagraphBlock.qml"
            onLoaded: {
                item.block = modelData;
                if (item.edited !== undefined)
                    item.edited = column.edited && index === column.blocks.length - 1;
            }
        }
    }
}
