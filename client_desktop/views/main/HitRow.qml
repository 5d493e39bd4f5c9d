import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// A message that was found, pinned, or begins a thread: who, when, and what it says.
T.AbstractButton {
    id: hit

    required property var row
    required property int index
    property bool asThread: false

    function go() {
        if (asThread)
            app.room.openThread(row.eventId);
        else
            app.room.openAt(row.roomId, row.eventId);
    }

    width: ListView.view?.width ?? 0
    height: column.height + Theme.space16 + Theme.space8
    hoverEnabled: true
    focusPolicy: Qt.NoFocus
    Accessible.role: Accessible.ListItem
    Accessible.name: row.senderName + ", " + row.time + ": " + row.plain
    onClicked: go()

    background: Rectangle {
        anchors { fill: parent; leftMargin: Theme.space8; rightMargin: Theme.space8; topMargin: 2; bottomMargin: 2 }
        radius: Theme.radiusMedium
        color: hit.down ? Theme.pressed : hit.hovered ? Theme.hover : "transparent"
        border { width: hit.ListView.isCurrentItem && (hit.ListView.view?.activeFocus ?? false) ? Theme.focusRing : 0; color: Theme.focus }
    }
    contentItem: Item {
        Avatar {
            id: face
            name: hit.row.senderName
            identifier: hit.row.sender
            url: hit.row.senderAvatar
            size: Theme.px(28)
            below: Theme.bg
            x: Theme.space16
            y: Theme.space12
            Accessible.ignored: true
        }
        Column {
            id: column
            x: Theme.space16 + face.width + Theme.space8
            y: Theme.space8 + 2
            width: parent.width - x - Theme.space16
            spacing: Theme.px(1)
            Item {
                width: parent.width
                height: who.height
                PText { id: who; text: hit.row.senderName; role: "small"; font.weight: Theme.weightSemibold; color: Theme.personColor(hit.row.sender); width: Math.min(implicitWidth, parent.width - at.width - Theme.space8); Accessible.ignored: true }
                PText { id: at; text: hit.row.time; role: "caption"; faint: true; anchors { right: parent.right; verticalCenter: who.verticalCenter } Accessible.ignored: true }
            }
            PText { visible: text !== ""; text: hit.row.roomName; role: "caption"; faint: true; width: parent.width; Accessible.ignored: true }
            Text {
                text: hit.row.text
                textFormat: Text.StyledText
                color: Theme.text
                font.pixelSize: Theme.sizeSmall
                lineHeight: 1.15
                wrapMode: Text.Wrap
                maximumLineCount: 4
                elide: Text.ElideRight
                width: parent.width
                Accessible.ignored: true
            }
            PText { visible: text !== ""; text: hit.row.detail; role: "caption"; color: Theme.link; width: parent.width; Accessible.ignored: true }
        }
    }
}
