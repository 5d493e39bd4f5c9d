import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// What a message answers, in one line.
T.AbstractButton {
    id: quote

    required property var reply

    implicitHeight: Theme.px(20)
    focusPolicy: Qt.NoFocus
    Accessible.role: Accessible.Link
    Accessible.name: Words.text("main.reply.spoken", [reply.senderName, reply.text])

    HoverHandler { cursorShape: Qt.PointingHandCursor }
    Rectangle {
        width: Theme.px(2)
        radius: 1
        color: Theme.controlBorder
        opacity: 0.5
        anchors { left: parent.left; top: parent.top; bottom: parent.bottom; topMargin: Theme.px(2); bottomMargin: Theme.px(2) }
    }
    PText {
        id: who
        anchors { left: parent.left; leftMargin: Theme.space12; verticalCenter: parent.verticalCenter }
        text: quote.reply.senderName
        role: "small"
        font.weight: Theme.weightMedium
        color: Theme.personColor(quote.reply.sender)
        width: Math.min(implicitWidth, quote.width * 0.4)
        Accessible.ignored: true
    }
    PText {
        text: quote.reply.text
        role: "small"
        muted: true
        anchors { left: who.right; leftMargin: quote.reply.senderName !== "" ? Theme.space4 : 0; right: parent.right; verticalCenter: parent.verticalCenter }
        Accessible.ignored: true
    }
}
