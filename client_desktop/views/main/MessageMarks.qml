import QtQuick
import Parlour.Theme
import Parlour.Controls

// Beside a message's time: how far its sender can be trusted, and whether it is pinned.
Row {
    id: marks

    required property var row

    spacing: Theme.space8

    Icon {
        visible: marks.row.shield !== ""
        anchors.verticalCenter: parent.verticalCenter
        name: marks.row.shield === "red" ? "shield-alert" : "shield-question-mark"
        color: marks.row.shield === "red" ? Theme.danger : Theme.textFaint
        size: Theme.px(14)
        Accessible.ignored: !visible
        Accessible.role: Accessible.Graphic
        Accessible.name: marks.row.shieldText
        HoverHandler { id: hover }
        PTip { wanted: hover.hovered; text: marks.row.shieldText }
    }
    Icon {
        visible: marks.row.pinned
        anchors.verticalCenter: parent.verticalCenter
        name: "pin"
        size: Theme.px(13)
        color: Theme.textFaint
    }
}
