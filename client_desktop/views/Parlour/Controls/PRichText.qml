import QtQuick
import Parlour.Theme

// The blocks of client_desktop/core/text/blocks.py below each other. Links and wishes to copy go to whoever uses
// it; spoilers open by themselves. `suffix` is HTML that ends the last paragraph.
Column {
    id: rich

    property var blocks: []
    property string suffix: ""
    property bool big: false
    property color inkColor: Theme.text

    signal linkActivated(string link)
    signal copyRequested(string text)

    spacing: Theme.space4 + 2

    Repeater {
        model: rich.blocks
        Loader {
            id: slot
            required property var modelData
            required property int index
            readonly property int inset: (modelData.indent ?? 0) * Theme.px(22)
            width: rich.width - inset
            x: LayoutMirroring.enabled ? 0 : inset
            Component.onCompleted: setSource(file(modelData.kind), { "block": modelData, "owner": rich })

            function file(kind) {
                const files = { "code": "PRichCode.qml", "quote": "PRichQuote.qml", "rule": "PRichRule.qml",
                                "table": "PRichTable.qml", "details": "PRichDetails.qml" };
                return files[kind] ?? "PRichParagraph.qml";
            }
        }
    }
}
