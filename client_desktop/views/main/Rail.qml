import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

// Home, the spaces, and below what belongs to the whole account.
Rectangle {
    id: rail

    color: Theme.rail
    Accessible.role: Accessible.Pane
    Accessible.name: qsTrId("main.rail")

    Rectangle {
        anchors { right: parent.right; top: parent.top; bottom: parent.bottom }
        width: 1
        color: Theme.border
        opacity: 0.5
    }

    RailButton {
        id: home
        anchors { top: parent.top; topMargin: Theme.space12; horizontalCenter: parent.horizontalCenter }
        text: qsTrId("main.home")
        iconName: "house"
        current: app.rooms.space === ""
        unread: current ? 0 : app.rooms.unread
        mentions: current ? 0 : app.rooms.mentions
        shortcutAction: "goHome"
        onClicked: app.rooms.setSpace("")
    }
    Rectangle {
        id: line
        anchors { top: home.bottom; topMargin: Theme.space12; horizontalCenter: parent.horizontalCenter }
        width: Theme.px(24)
        height: 1
        color: Theme.controlBorder
        opacity: 0.35
    }

    ListView {
        id: spaces
        anchors { left: parent.left; right: parent.right; top: line.bottom; topMargin: Theme.space12; bottom: below.top }
        model: app.rooms.spaces
        spacing: Theme.space8
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        keyNavigationEnabled: true
        activeFocusOnTab: true

        delegate: RailButton {
            id: space
            required property string roomId
            required property string name
            required property string avatarUrl
            required property int index

            anchors.horizontalCenter: parent?.horizontalCenter
            text: name
            identifier: roomId
            picture: avatarUrl
            current: app.rooms.space === roomId
            onClicked: app.rooms.setSpace(roomId)
            onMenuRequested: spaceMenu.show(roomId)
        }
        footer: Item {
            width: spaces.width
            height: add.height + Theme.space8
            RailButton {
                id: add
                anchors { bottom: parent.bottom; horizontalCenter: parent.horizontalCenter }
                text: qsTrId("main.rail.add_space")
                iconName: "plus"
                onClicked: app.openDialog("createSpace")
            }
        }
    }

    Column {
        id: below
        anchors { bottom: parent.bottom; bottomMargin: Theme.space12; horizontalCenter: parent.horizontalCenter }
        spacing: Theme.space8

        RailButton {
            text: qsTrId("main.rail.explore")
            iconName: "compass"
            shortcutAction: "explore"
            onClicked: app.openDialog("explore")
        }
        RailButton {
            text: qsTrId("main.rail.settings")
            iconName: "settings"
            shortcutAction: "settings"
            onClicked: app.show("settings")
        }
        RailButton {
            text: app.session.displayName
            identifier: app.session.userId
            picture: app.session.avatarUrl
            round: true
            presence: app.session.offline ? "offline" : ""
            onClicked: app.openDialog("accounts")
        }
    }

    Loader {
        id: spaceMenu
        function show(id) {
            active = true;
            item.show(id);
        }
        active: false
        sourceComponent: PMenu {
            id: menu
            property string roomId: ""
            function show(id) {
                roomId = id;
                popup();
            }
            PMenuItem { text: qsTrId("main.space.home"); iconName: "house"; onTriggered: app.openDialogWith("spaceHome", { "roomId": menu.roomId }) }
            PMenuItem { text: qsTrId("main.menu.invite"); iconName: "user-plus"; onTriggered: app.openDialogWith("invite", { "roomId": menu.roomId }) }
            PMenuItem { text: qsTrId("main.menu.settings"); iconName: "settings"; onTriggered: app.openDialogWith("roomSettings", { "roomId": menu.roomId }) }
            PMenuSeparator {}
            PMenuItem { text: qsTrId("main.menu.leave"); iconName: "log-out"; danger: true; onTriggered: app.openDialogWith("leaveRoom", { "roomId": menu.roomId }) }
        }
    }
}
