import QtQuick
import Parlour.Theme
import Parlour.Controls

// Sentences that come and go at the bottom: what was done, what went wrong.
Item {
    id: notices

    ListModel { id: lines }

    function add(text, kind) {
        lines.append({ "text": text, "kind": kind });
        if (lines.count > 3)
            lines.remove(0);
    }

    Connections {
        target: app
        function onNotice(text, kind) { notices.add(text, kind); }
    }

    Column {
        anchors { horizontalCenter: parent.horizontalCenter; bottom: parent.bottom; bottomMargin: Theme.px(96) }
        spacing: Theme.space8

        Repeater {
            model: lines
            PFloat {
                id: line
                required property int index
                required property string text
                required property string kind

                width: Math.min(words.implicitWidth + Theme.px(72), notices.width - Theme.space32)
                height: words.implicitHeight + Theme.space16
                radius: Theme.radiusMedium
                Accessible.role: Accessible.AlertMessage
                Accessible.name: text

                Icon {
                    id: mark
                    name: line.kind === "problem" ? "circle-alert" : "circle-check"
                    color: line.kind === "problem" ? Theme.danger : Theme.success
                    size: Theme.px(18)
                    anchors { left: parent.left; leftMargin: Theme.space16; verticalCenter: parent.verticalCenter }
                }
                PText {
                    id: words
                    text: line.text
                    wrapMode: Text.Wrap
                    anchors { left: mark.right; leftMargin: Theme.space12; right: parent.right; rightMargin: Theme.space16; verticalCenter: parent.verticalCenter }
                    Accessible.ignored: true
                }
                Timer {
                    interval: line.kind === "problem" ? 8000 : 4000
                    running: true
                    onTriggered: lines.remove(line.index)
                }
                TapHandler { onTapped: lines.remove(line.index) }
            }
        }
    }
}
