import QtQuick
import Parlour.Theme
import Parlour.Controls

// A question and two to twenty answers.
PDialog {
    id: dialog

    property var composer: null
    property int answers: 2
    readonly property var filled: {
        const found = [];
        for (let at = 0; at < fields.count; at++) {
            const text = fields.itemAt(at)?.text.trim() ?? "";
            if (text !== "")
                found.push(text);
        }
        return found;
    }

    title: qsTrId("main.poll.title")

    function begin(asked) {
        answers = 0;
        answers = 2;
        question.text = asked;
        open();
        question.forceActiveFocus();
    }
    function send() {
        if (!ready.enabled)
            return;
        composer.startPoll(question.text, filled, disclosed.checked, several.checked ? filled.length : 1);
        close();
    }

    contentItem: Flickable {
        implicitHeight: Math.min(column.height, Theme.px(420))
        contentHeight: column.height
        clip: true
        Column {
            id: column
            width: parent.width
            spacing: Theme.space12
            PTextField {
                id: question
                width: parent.width
                label: qsTrId("main.poll.question")
                maximumLength: 340
                focus: true
            }
            Repeater {
                id: fields
                model: dialog.answers
                PTextField {
                    required property int index
                    width: column.width
                    maximumLength: 340
                    placeholderText: Words.text("main.poll.answer", [index + 1])
                    onAccepted: dialog.send()
                }
            }
            PButton {
                visible: dialog.answers < 20
                kind: "quiet"
                small: true
                iconName: "plus"
                text: qsTrId("main.poll.add")
                onClicked: {
                    dialog.answers += 1;
                    fields.itemAt(dialog.answers - 1).forceActiveFocus();
                }
            }
            PCheckBox { id: several; width: parent.width; text: qsTrId("main.poll.several") }
            PCheckBox { id: disclosed; width: parent.width; checked: true; text: qsTrId("main.poll.disclosed") }
        }
    }
    actions: [
        PButton { text: qsTrId("control.cancel"); onClicked: dialog.close() },
        PButton { id: ready; kind: "primary"; text: qsTrId("main.poll.create"); enabled: question.text.trim() !== "" && dialog.filled.length > 1; onClicked: dialog.send() }
    ]
}
