import QtQuick
import Parlour.Theme
import Parlour.Controls

// Who, when, and what there is to know about where it came from.
Row {
    id: head

    required property var row

    spacing: Theme.space8
    height: Theme.px(20)

    PText {
        id: name
        text: head.row.senderName
        color: Theme.personColor(head.row.sender)
        font.weight: Theme.weightSemibold
        width: Math.min(implicitWidth, head.width * 0.6)
        anchors.verticalCenter: parent.verticalCenter
        Accessible.ignored: true
        TapHandler { onTapped: app.openDialogWith("person", { "userId": head.row.sender, "roomId": app.room.roomId }) }
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
        active: head.row.shield !== ""
        anchors.verticalCenter: parent.verticalCenter
        sourceComponent: Icon {
            name: head.row.shield === "red" ? "shield-alert" : "shield-question-mark"
            color: head.row.shield === "red" ? Theme.danger : Theme.textFaint
            size: Theme.px(14)
            Accessible.ignored: false
            Accessible.role: Accessible.Graphic
            Accessible.name: head.row.shieldText
            HoverHandler { id: shieldHover }
            PTip { wanted: shieldHover.hovered; text: head.row.shieldText }
        }
    }
    Loader {
        active: head.row.pinned
        anchors.verticalCenter: parent.verticalCenter
        sourceComponent: Icon { name: "pin"; size: Theme.px(13); color: Theme.textFaint }
    }
}
