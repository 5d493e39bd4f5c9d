import QtQuick
import Parlour.Theme
import Parlour.Controls

// Blocks of a message below each other.
Column {
    id: column

    required property var blocks
    property bool edited: false

    spacing: Theme.space4

    Repeater {
        model: column.blocks
        Loader {
            id: slot
            required property var modelData
            required property int index
            width: column.width
            source: modelData.kind === "code" ? "CodeBlock.qml" : modelData.kind === "quote" ? "QuoteBlock.qml"
                    : modelData.kind === "spoiler" ? "SpoilerBlock.qml" : modelData.kind === "rule" ? "RuleBlock.qml" : "ParagraphBlock.qml"
            onLoaded: {
                item.block = modelData;
                if (item.edited !== undefined)
                    item.edited = column.edited && index === column.blocks.length - 1;
            }
        }
    }
}
