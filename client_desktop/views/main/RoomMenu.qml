import QtQuick
import Parlour.Theme
import Parlour.Controls

// What can be done to a room from the list and from its header.
PMenu {
    id: menu

    property var room: ({})

    function show(row) {
        room = row;
        popup();
    }

    PMenuItem {
        visible: !!menu.room.invited
        text: qsTrId("main.invite.accept")
        iconName: "check"
        onTriggered: app.rooms.accept(menu.room.roomId)
    }
    PMenuItem {
        visible: !menu.room.invited
        text: menu.room.unread > 0 || menu.room.mentions > 0 || menu.room.markedUnread ? qsTrId("main.menu.mark_read") : qsTrId("main.menu.mark_unread")
        iconName: menu.room.unread > 0 || menu.room.mentions > 0 || menu.room.markedUnread ? "mail-open" : "mail"
        onTriggered: menu.room.unread > 0 || menu.room.mentions > 0 || menu.room.markedUnread ? app.rooms.markRead(menu.room.roomId) : app.rooms.markUnread(menu.room.roomId)
    }
    PMenuItem {
        visible: !menu.room.invited
        text: menu.room.favourite ? qsTrId("main.menu.unfavourite") : qsTrId("main.menu.favourite")
        iconName: menu.room.favourite ? "star-off" : "star"
        onTriggered: app.rooms.setFavourite(menu.room.roomId, !menu.room.favourite)
    }
    PMenuItem {
        visible: !menu.room.invited
        text: menu.room.lowPriority ? qsTrId("main.menu.normal_priority") : qsTrId("main.menu.low_priority")
        iconName: menu.room.lowPriority ? "arrow-up" : "arrow-down"
        onTriggered: app.rooms.setLowPriority(menu.room.roomId, !menu.room.lowPriority)
    }
    PMenuItem {
        visible: !menu.room.invited && !!menu.room.muted
        text: qsTrId("main.menu.unmute")
        iconName: "bell"
        onTriggered: app.rooms.mute(menu.room.roomId, 0)
    }
    PMenu {
        title: qsTrId("main.menu.mute")
        iconName: "bell-off"
        enabled: !menu.room.invited && !menu.room.muted
        PMenuItem { text: qsTrId("main.menu.mute_hour"); onTriggered: app.rooms.mute(menu.room.roomId, 1) }
        PMenuItem { text: qsTrId("main.menu.mute_day"); onTriggered: app.rooms.mute(menu.room.roomId, 8) }
        PMenuItem { text: qsTrId("main.menu.mute_always"); onTriggered: app.rooms.mute(menu.room.roomId, -1) }
    }
    PMenuSeparator { visible: !menu.room.invited }
    PMenuItem {
        visible: !menu.room.invited
        text: qsTrId("main.menu.invite")
        iconName: "user-plus"
        onTriggered: app.openDialogWith("invite", { "roomId": menu.room.roomId })
    }
    PMenuItem {
        visible: !menu.room.invited
        text: qsTrId("main.menu.settings")
        iconName: "settings"
        onTriggered: app.openDialogWith("roomSettings", { "roomId": menu.room.roomId })
    }
    PMenuItem {
        visible: !menu.room.invited && (app.preferences?.developerTools ?? false)
        text: qsTrId("main.menu.state")
        iconName: "braces"
        onTriggered: app.source.showState(menu.room.roomId)
    }
    PMenuSeparator {}
    PMenuItem {
        text: menu.room.invited ? qsTrId("main.invite.decline") : qsTrId("main.menu.leave")
        iconName: "log-out"
        danger: true
        onTriggered: menu.room.invited ? app.rooms.leave(menu.room.roomId) : app.openDialogWith("leaveRoom", { "roomId": menu.room.roomId })
    }
}
