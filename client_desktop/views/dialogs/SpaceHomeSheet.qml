import QtQuick
import QtQuick.Templates as T
import Parlour.Controls
import Parlour.Theme
import "../login"

// A space: what it holds. Its keepers add, suggest and remove rooms here.
Sheet {
    id: sheet

    readonly property var space: app.dialogs.spaceHome

    title: space.name
    description: (space.topic !== "" ? space.topic.split("\n")[0] + " · " : "") + Words.text("dialogs.people_count", [], space.members)
    leading: Component { PAvatar { size: Theme.px(44); name: sheet.space.name; identifier: sheet.space.roomId; source: sheet.space.avatarUrl; rounded: true } }
    onAboutToShow: space.begin(args.roomId)
    onOpened: list.forceActiveFocus()

    function act(room, what) {
        if (what !== "open")
            space.join(room.roomId);
        else if (room.space)
            space.begin(room.roomId);
        else
            goTo(room.roomId);
    }

    function goTo(roomId) {
        close();
        app.room.open(roomId);
    }

    Connections {
        target: sheet.space
        function onJoined(roomId) { sheet.goTo(roomId); }
    }

    tools: [
        PIconButton { visible: sheet.space.mayInvite; text: qsTrId("dialogs.space_invite"); iconName: "user-plus"; onClicked: app.openDialogWith("invite", { "roomId": sheet.space.roomId }) },
        PIconButton { text: qsTrId("dialogs.space_settings"); iconName: "settings"; onClicked: app.openDialogWith("roomSettings", { "roomId": sheet.space.roomId }) }
    ]

    ErrorLine { id: wrong; width: parent.width; text: sheet.space.error }
    Item {
        id: bar
        width: parent.width
        anchors.top: wrong.visible ? wrong.bottom : parent.top
        height: Theme.hitTarget
        PText { text: qsTrId("dialogs.space_rooms"); role: "small"; muted: true; font.weight: Theme.weightSemibold; anchors.verticalCenter: parent.verticalCenter }
        Row {
            visible: sheet.space.mayChange
            spacing: Theme.space8
            anchors { right: parent.right; verticalCenter: parent.verticalCenter }
            PButton { small: true; text: qsTrId("dialogs.space_add_existing"); onClicked: app.openDialogWith("addRooms", { "roomId": sheet.space.roomId }) }
            PButton { small: true; text: qsTrId("dialogs.space_add_new"); onClicked: app.openDialogWith("createRoom", { "spaceId": sheet.space.roomId }) }
        }
    }
    ListView {
        id: list
        anchors { left: parent.left; right: parent.right; top: bar.bottom; bottom: parent.bottom; topMargin: Theme.space4; rightMargin: -Theme.space12 }
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        model: sheet.space.rooms
        T.ScrollBar.vertical: PScrollBar {}
        onAtYEndChanged: if (atYEnd && count > 0 && sheet.space.hasMore) sheet.space.more()
        delegate: RoomCardRow {
            id: each
            required property var row
            room: row
            width: list.width - Theme.space12
            busy: sheet.space.busy
            badge: row.suggested ? qsTrId("dialogs.space_suggested") : ""
            onActed: act => sheet.act(row, act)
            extras: PIconButton {
                visible: sheet.space.mayChange
                text: qsTrId("dialogs.create_advanced")
                iconName: "ellipsis"
                onClicked: menu.popup(this, 0, height)
                PMenu {
                    id: menu
                    PMenuItem { text: each.row.suggested ? qsTrId("dialogs.space_unsuggest") : qsTrId("dialogs.space_suggest"); iconName: each.row.suggested ? "star-off" : "star"; onTriggered: sheet.space.suggest(each.row.roomId, !each.row.suggested) }
                    PMenuItem { text: qsTrId("dialogs.space_remove"); iconName: "trash-2"; danger: true; onTriggered: sheet.space.remove(each.row.roomId) }
                }
            }
        }
        Column {
            anchors { left: parent.left; right: parent.right; rightMargin: Theme.space12 }
            spacing: Theme.space12
            visible: !sheet.space.loaded && sheet.space.error === ""
            Repeater { model: 4; PSkeleton { width: parent.width; height: Theme.px(56) } }
        }
        PEmptyState { anchors.centerIn: parent; visible: sheet.space.loaded && list.count === 0; iconName: "shapes"; text: qsTrId("dialogs.space_empty") }
    }
}
