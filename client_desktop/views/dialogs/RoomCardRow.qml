import QtQuick
import Parlour.Controls
import Parlour.Theme

// A room that one may not be in: picture, name, what it is about, how many people, and what can be done.
Item {
    id: row

    property var room: ({})
    property bool busy: false
    property bool working: false
    property string badge: ""
    property alias extras: more.data

    signal acted(string act)

    width: ListView.view ? ListView.view.width : implicitWidth
    implicitHeight: Math.max(words.implicitHeight, Theme.px(40)) + 2 * Theme.space12
    Accessible.role: Accessible.ListItem
    Accessible.name: (room.name ?? "") + ", " + members.text

    PAvatar {
        id: picture
        size: Theme.px(40)
        name: row.room.name ?? ""
        identifier: row.room.roomId ?? ""
        source: row.room.avatarUrl ?? ""
        rounded: row.room.space ?? false
        anchors { left: parent.left; verticalCenter: parent.verticalCenter }
    }
    Column {
        id: words
        spacing: Theme.px(2)
        anchors { left: picture.right; leftMargin: Theme.space12; right: more.left; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
        Row {
            width: parent.width
            spacing: Theme.space8
            PText { text: row.room.name ?? ""; font.weight: Theme.weightMedium; width: Math.min(implicitWidth, parent.width - (tag.visible ? tag.width + parent.spacing : 0)); Accessible.ignored: true }
            PBadge { id: tag; visible: text !== ""; quiet: true; text: row.badge !== "" ? row.badge : row.room.space ? qsTrId("dialogs.directory_space") : ""; anchors.verticalCenter: parent.verticalCenter }
        }
        PText {
            visible: text !== ""
            text: row.room.topic ?? ""
            role: "small"
            muted: true
            width: parent.width
            maximumLineCount: 2
            wrapMode: Text.Wrap
            elide: Text.ElideRight
            lineHeight: 1.15
            Accessible.ignored: true
        }
        PText {
            id: members
            text: Words.text("dialogs.people_count", [], row.room.members ?? 0)
                  + (row.room.children > 0 ? " · " + Words.text("dialogs.space_children", [], row.room.children) : "")
                  + (row.room.alias ? " · " + row.room.alias : "")
            role: "caption"
            faint: true
            width: parent.width
            Accessible.ignored: true
        }
    }
    Row {
        id: more
        spacing: Theme.space4
        anchors { right: act.left; rightMargin: act.visible ? Theme.space4 : 0; verticalCenter: parent.verticalCenter }
    }
    PButton {
        id: act
        objectName: "roomAct"
        visible: row.room.act !== ""
        width: visible ? implicitWidth : 0
        small: true
        kind: row.room.act === "open" ? "quiet" : "secondary"
        text: row.room.act === "open" ? qsTrId("dialogs.directory_open") : row.room.act === "knock" ? qsTrId("dialogs.directory_knock") : qsTrId("dialogs.directory_join")
        busy: row.working
        enabled: !row.busy
        anchors { right: parent.right; verticalCenter: parent.verticalCenter }
        onClicked: row.acted(row.room.act)
    }
    Rectangle { height: 1; color: Theme.border; anchors { left: words.left; right: parent.right; bottom: parent.bottom } }
}
