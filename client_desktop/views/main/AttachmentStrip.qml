import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

// Files that go with the message, each with what it is and a way to leave it out.
Item {
    id: strip

    property var files: null
    readonly property int count: files?.rows.count ?? 0
    // With one file what is written below is its caption; several have one each.
    readonly property int captions: count > 1 ? Theme.px(34) : 0

    height: count > 0 ? Theme.px(108) + captions : 0
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
            height: Theme.px(88) + strip.captions
            radius: Theme.radiusMedium
            color: Theme.sunken
            border { width: 1; color: Theme.border }
            Accessible.role: Accessible.ListItem
            Accessible.name: row.name

            Image {
                anchors { fill: parent; margins: 1; bottomMargin: Theme.px(22) + strip.captions }
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
                anchors { left: parent.left; leftMargin: Theme.space8; bottom: parent.bottom; bottomMargin: Theme.px(5) + strip.captions }
            }
            PText {
                id: size
                text: card.row.sizeText
                role: "caption"
                faint: true
                anchors { right: parent.right; rightMargin: Theme.space8; bottom: parent.bottom; bottomMargin: Theme.px(5) + strip.captions }
            }
            Rectangle {
                visible: strip.captions > 0
                height: Theme.px(30)
                radius: Theme.radiusSmall
                color: Theme.surface
                border { width: 1; color: caption.activeFocus ? Theme.focus : Theme.border }
                anchors { left: parent.left; right: parent.right; bottom: parent.bottom; margins: Theme.space4 }
                TextInput {
                    id: caption
                    objectName: "caption-" + card.index
                    anchors { fill: parent; leftMargin: Theme.space8; rightMargin: Theme.space8 }
                    verticalAlignment: TextInput.AlignVCenter
                    clip: true
                    font { family: Theme.sans; pixelSize: Theme.sizeSmall }
                    color: Theme.text
                    selectionColor: Theme.selection
                    selectedTextColor: Theme.text
                    selectByMouse: true
                    maximumLength: 1000
                    text: card.row.caption
                    Accessible.name: qsTrId("main.composer.caption_each")
                    onTextEdited: strip.files.setCaption(card.index, text)
                }
                PText {
                    visible: caption.text === "" && caption.preeditText === ""
                    text: qsTrId("main.composer.caption_each")
                    role: "small"
                    faint: true
                    anchors { left: parent.left; leftMargin: Theme.space8; verticalCenter: parent.verticalCenter }
                    Accessible.ignored: true
                }
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
