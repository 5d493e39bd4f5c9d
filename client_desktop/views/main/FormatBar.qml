import QtQuick
import Parlour.Theme
import Parlour.Controls

// How what is selected is written: above the field as long as something is selected there.
PFloat {
    id: bar

    required property Item field
    required property var model

    readonly property bool wanted: field.activeFocus && field.selectionStart !== field.selectionEnd && !(model?.completer.active ?? false)

    visible: wanted
    radius: Theme.radiusMedium
    width: buttons.width + Theme.space8
    height: Theme.px(40)
    Accessible.role: Accessible.ToolBar
    Accessible.name: qsTrId("main.format.bar")

    // What was selected stays so, with its signs: a second click takes them away again.
    function change(act) {
        const start = field.selectionStart, length = field.selectionEnd - start, before = field.length;
        act(start, field.selectionEnd);
        field.forceActiveFocus();
        field.select(start, start + length + field.length - before);
    }

    Row {
        id: buttons
        anchors.centerIn: parent
        Repeater {
            model: [
                { "word": "main.format.bold", "icon": "bold", "keys": "bold", "sign": "**" },
                { "word": "main.format.italic", "icon": "italic", "keys": "italic", "sign": "_" },
                { "word": "main.format.strike", "icon": "strikethrough", "keys": "", "sign": "~~" },
                { "word": "main.format.code", "icon": "code", "keys": "code", "sign": "`" }
            ]
            PIconButton {
                required property var modelData
                objectName: "format-" + modelData.icon
                size: Theme.px(34)
                iconSize: Theme.iconSmall
                focusPolicy: Qt.NoFocus
                text: qsTrId(modelData.word)
                iconName: modelData.icon
                shortcutAction: modelData.keys
                onClicked: bar.change((start, end) => bar.model.wrap(modelData.sign, start, end))
            }
        }
        PIconButton { objectName: "format-link"; size: Theme.px(34); iconSize: Theme.iconSmall; focusPolicy: Qt.NoFocus; text: qsTrId("main.format.link"); iconName: "link"; shortcutAction: "insertLink"; onClicked: { bar.model.link(bar.field.selectionStart, bar.field.selectionEnd); bar.field.forceActiveFocus(); } }
        PIconButton { objectName: "format-quote"; size: Theme.px(34); iconSize: Theme.iconSmall; focusPolicy: Qt.NoFocus; text: qsTrId("main.format.quote"); iconName: "text-quote"; shortcutAction: "quote"; onClicked: bar.change((start, end) => bar.model.quoteLines(start, end)) }
        PIconButton { objectName: "format-list"; size: Theme.px(34); iconSize: Theme.iconSmall; focusPolicy: Qt.NoFocus; text: qsTrId("main.format.list"); iconName: "list"; onClicked: bar.change((start, end) => bar.model.listLines(start, end)) }
    }
}
