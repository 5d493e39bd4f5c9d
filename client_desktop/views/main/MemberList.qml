import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

ListView {
    id: people

    property int limit: 0 // reserved for lists that show only the first

    clip: true
    model: app.room.members.rows
    reuseItems: true
    boundsBehavior: Flickable.StopAtBounds
    bottomMargin: Theme.space16
    activeFocusOnTab: true
    currentIndex: -1
    ScrollBar.vertical: PScrollBar {}
    Accessible.role: Accessible.List
    Accessible.name: qsTrId("main.info.people")
    onActiveFocusChanged: if (activeFocus && currentIndex < 0 && count > 0) currentIndex = 0
    Keys.onReturnPressed: currentItem?.show()
    Keys.onSpacePressed: currentItem?.show()

    delegate: Item {
        id: line
        required property var row
        required property int index

        function show() {
            if (!row.header)
                app.openDialogWith("person", { "userId": row.userId, "roomId": app.room.roomId });
        }

        width: people.width
        height: row.header ? Theme.px(40) : Theme.px(38)
        Accessible.role: row.header ? Accessible.Heading : Accessible.ListItem
        Accessible.name: row.role === "" ? row.name : row.name + ", " + row.role
        Accessible.onPressAction: show()
        // Rows that are kept to be used again are not drawn, but would be read aloud.
        ListView.onPooled: opacity = 0
        ListView.onReused: opacity = 1

        PText {
            visible: line.row.header
            text: line.row.name
            role: "caption"
            muted: true
            font.weight: Theme.weightSemibold
            anchors { left: parent.left; leftMargin: Theme.space16; bottom: parent.bottom; bottomMargin: Theme.space8 }
            Accessible.ignored: true
        }
        Rectangle {
            visible: !line.row.header
            anchors { fill: parent; leftMargin: Theme.space8; rightMargin: Theme.space8 }
            radius: Theme.radiusMedium
            color: hover.hovered ? Theme.hover : "transparent"
            border { width: line.ListView.isCurrentItem && people.activeFocus ? Theme.focusRing : 0; color: Theme.focus }

            Avatar {
                id: face
                name: line.row.name
                identifier: line.row.userId
                url: line.row.avatarUrl
                size: Theme.px(28)
                below: Theme.bg
                opacity: line.row.invited || line.row.ignored ? 0.5 : 1
                anchors { left: parent.left; leftMargin: Theme.space12; verticalCenter: parent.verticalCenter }
                Accessible.ignored: true
            }
            PText {
                text: line.row.name
                color: line.row.invited || line.row.ignored ? Theme.textMuted : Theme.text
                anchors { left: face.right; leftMargin: Theme.space8 + 2; right: rank.left; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
                Accessible.ignored: true
            }
            PText {
                id: rank
                text: line.row.ignored ? qsTrId("main.members.ignored") : line.row.role
                role: "caption"
                faint: true
                anchors { right: parent.right; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
                Accessible.ignored: true
            }
            HoverHandler { id: hover; cursorShape: Qt.PointingHandCursor }
            TapHandler { onTapped: line.show() }
        }
    }

    Column {
        visible: app.room.members.loading
        x: Theme.space16
        y: (people.headerItem?.height ?? 0) + Theme.space8
        spacing: Theme.space16
        Repeater {
            model: 4
            Row {
                spacing: Theme.space12
                PSkeleton { width: Theme.px(28); height: width; radius: width / 2 }
                PSkeleton { width: Theme.px(120); anchors.verticalCenter: parent.verticalCenter }
            }
        }
    }
}
