import QtQuick
import Parlour.Theme
import Parlour.Controls

// Who, when, and what there is to know about where it came from.
Item {
    id: head

    required property var row
    property int margin: 0 // where the picture stands
    property int start: 0 // where words begin
    property int wide: 0

    Avatar {
        x: head.margin
        y: Theme.px(1)
        name: head.row.senderName
        identifier: head.row.sender
        url: head.row.senderAvatar
        size: Theme.avatarTimeline
        Accessible.ignored: true
        TapHandler { onTapped: head.openPerson() }
        HoverHandler { cursorShape: Qt.PointingHandCursor }
    }
    Row {
        x: head.start
        width: head.wide
        height: Theme.px(20)
        spacing: Theme.space8
        opacity: head.row.sending ? 0.55 : 1

        PText {
            text: head.row.senderName
            color: Theme.personColor(head.row.sender)
            font.weight: Theme.weightSemibold
            width: Math.min(implicitWidth, head.wide * 0.6)
            anchors.verticalCenter: parent.verticalCenter
            Accessible.ignored: true
            TapHandler { onTapped: head.openPerson() }
            HoverHandler { cursorShape: Qt.PointingHandCursor }
        }
        PText {
            text: head.row.time
            role: "caption"
            faint: true
            font.features: Theme.tabularFigures
            anchors.verticalCenter: parent.verticalCenter
            Accessible.ignored: true
            HoverHandler { id: timeHover }
            PTip { wanted: timeHover.hovered; text: head.row.fullTime }
        }
        Loader {
            active: head.row.shield !== "" || head.row.pinned
            anchors.verticalCenter: parent.verticalCenter
            sourceComponent: MessageMarks { row: head.row }
        }
    }

    function openPerson() {
        app.openDialogWith("person", { "userId": row.sender, "roomId": app.room.roomId });
    }
}
