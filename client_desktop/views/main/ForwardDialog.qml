import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

// Rooms to send a message on to; it may go to several.
PDialog {
    id: dialog

    title: qsTrId("main.forward.title")
    visible: app.forward.active
    onClosed: app.forward.cancel()
    onOpened: find.forceActiveFocus()

    contentItem: Item {
        implicitHeight: Theme.px(380)
        PSearchField {
            id: find
            width: parent.width
            focus: true
            placeholderText: qsTrId("main.forward.find")
            onEdited: app.forward.rooms.setWords(text)
            Keys.onDownPressed: app.forward.rooms.step(1)
            Keys.onUpPressed: app.forward.rooms.step(-1)
            onAccepted: app.forward.send(app.forward.rooms.choice())
        }
        ListView {
            id: rows
            anchors { top: find.bottom; topMargin: Theme.space8; left: parent.left; right: parent.right; bottom: parent.bottom }
            clip: true
            model: app.forward.rooms.rows
            currentIndex: app.forward.rooms.chosen
            boundsBehavior: Flickable.StopAtBounds
            ScrollBar.vertical: PScrollBar {}
            delegate: SwitchRow {
                id: line
                readonly property bool done: app.forward.sent.includes(row.roomId)
                onPicked: app.forward.send(row.roomId)
                trailing: PText {
                    text: line.done ? qsTrId("main.forward.sent") : qsTrId("main.forward.send")
                    role: "small"
                    color: line.done ? Theme.textMuted : Theme.link
                    font.weight: Theme.weightMedium
                }
            }
        }
    }
    actions: [
        PButton { kind: "primary"; text: qsTrId("main.forward.done"); onClicked: app.forward.cancel() }
    ]
}
