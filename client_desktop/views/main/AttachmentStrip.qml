import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

// Files that go with the message, each with what it is and a way to leave it out.
Item {
    id: strip

    property var files: null
    readonly property int count: files?.rows.count ?? 0

    height: count > 0 ? Theme.px(108) : 0
    visible: count > 0
    clip: true

    ListView {
        anchors { fill: parent; leftMargin: Theme.space12; rightMargin: Theme.space12; topMargin: Theme.space12; bottomMargin: Theme.space4 }
        orientation: ListView.Horizontal
        spacing: Theme.space8
        model: strip.files?.rows ?? null
        boundsBehavior: Flickable.StopAtBounds
        delegate: Rectangle {
            id: card
            required property var row
            required property int index
            width: row.kind === "image" ? Theme.px(150) : Theme.px(190)
            height: Theme.px(88)
            radius: Theme.radiusMedium
            color: Theme.sunken
            border { width: 1; color: Theme.border }
            Accessible.role: Accessible.ListItem
            Accessible.name: row.name

            Image {
                anchors { fill: parent; margins: 1; bottomMargin: Theme.px(22) }
                visible: card.row.kind === "image"
                source: card.row.kind === "image" ? "image://picture/corner-" + Theme.radiusSmall + "/" + encodeURIComponent(card.row.path) : ""
                sourceSize: Qt.size(width, height)
                asynchronous: true
            }
            Icon {
                visible: card.row.kind !== "image"
                name: card.row.kind === "video" ? "video" : card.row.kind === "audio" ? "music" : "file-text"
                size: Theme.px(24)
                anchors { horizontalCenter: parent.horizontalCenter; top: parent.top; topMargin: Theme.px(18) }
            }
            PText {
                text: card.row.name
                role: "caption"
                elide: Text.ElideMiddle
                width: Math.min(implicitWidth, parent.width - size.implicitWidth - Theme.px(24))
                anchors { left: parent.left; leftMargin: Theme.space8; bottom: parent.bottom; bottomMargin: Theme.px(5) }
            }
            PText {
                id: size
                text: card.row.sizeText
                role: "caption"
                faint: true
                anchors { right: parent.right; rightMargin: Theme.space8; bottom: parent.bottom; bottomMargin: Theme.px(5) }
            }
            PIconButton {
                text: qsTrId("main.composer.detach")
                iconName: "x"
                iconSize: Theme.px(14)
                size: Theme.px(24)
                anchors { top: parent.top; right: parent.right; margins: Theme.space4 }
                background: Rectangle { radius: width / 2; color: Theme.surface; border { width: 1; color: Theme.border } }
                onClicked: strip.files.remove(card.index)
            }
        }
    }
}
