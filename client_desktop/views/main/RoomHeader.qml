import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// Which room this is, and what can be opened beside it.
Item {
    id: header

    property bool showBack: false
    readonly property var info: app.room.info
    readonly property bool readable: app.room.conversation !== null

    signal back
    signal dateAsked

    implicitHeight: Theme.header
    Accessible.role: Accessible.ToolBar

    Rectangle {
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: 1
        color: Theme.border
    }

    PIconButton {
        id: backButton
        visible: header.showBack
        width: visible ? implicitWidth : 0
        text: qsTrId("main.header.back")
        iconName: "arrow-left"
        anchors { left: parent.left; leftMargin: Theme.space8; verticalCenter: parent.verticalCenter }
        onClicked: header.back()
    }

    T.AbstractButton {
        id: title
        anchors {
            left: backButton.right
            leftMargin: Theme.space16
            right: tools.left
            rightMargin: Theme.space8
            top: parent.top
            bottom: parent.bottom
        }
        focusPolicy: Qt.StrongFocus
        Accessible.role: Accessible.Button
        Accessible.name: header.info.name ?? ""
        Accessible.description: header.info.topic ?? ""
        onClicked: app.room.togglePanel("info")
        HoverHandler { cursorShape: Qt.PointingHandCursor }
        PFocusRing { control: title; gap: -4 }

        Avatar {
            id: avatar
            name: header.info.name ?? ""
            identifier: header.info.colorId ?? ""
            url: header.info.avatarUrl ?? ""
            size: Theme.px(36)
            anchors { left: parent.left; verticalCenter: parent.verticalCenter }
            Accessible.ignored: true
        }
        Column {
            anchors { left: avatar.right; leftMargin: Theme.space12; right: parent.right; verticalCenter: parent.verticalCenter }
            spacing: Theme.px(1)
            Row {
                spacing: Theme.space8
                width: parent.width
                PText {
                    text: header.info.name ?? ""
                    role: "lead"
                    strong: true
                    font.pixelSize: Theme.px(15)
                    width: Math.min(implicitWidth, parent.width - (mutedMark.visible ? mutedMark.width + Theme.space8 : 0))
                    Accessible.ignored: true
                }
                Icon {
                    id: mutedMark
                    visible: header.info.muted ?? false
                    name: "bell-off"
                    size: Theme.px(14)
                    anchors.verticalCenter: parent.verticalCenter
                }
            }
            PText {
                visible: text !== ""
                text: (header.info.topic ?? "").split("\n")[0] || (header.info.isDirect ? header.info.directUser : header.info.membersText) || ""
                role: "small"
                muted: true
                width: parent.width
                Accessible.ignored: true
            }
        }
    }

    Row {
        id: tools
        visible: header.readable
        anchors { right: parent.right; rightMargin: Theme.space16; verticalCenter: parent.verticalCenter }
        spacing: Theme.space4

        PIconButton {
            visible: app.room.pinCount > 0
            text: qsTrId("main.header.pins")
            iconName: "pin"
            checked: app.room.panel === "pins"
            onClicked: app.room.togglePanel("pins")
        }
        PIconButton {
            text: qsTrId("main.header.threads")
            iconName: "message-square-text"
            shortcutAction: "toggleThreads"
            checked: app.room.panel === "threads" || app.room.panel === "thread"
            onClicked: app.room.togglePanel("threads")
        }
        PIconButton {
            text: qsTrId("main.header.search")
            iconName: "search"
            shortcutAction: "searchRoom"
            checked: app.room.panel === "search"
            onClicked: {
                app.search.setEverywhere(false);
                app.room.togglePanel("search");
            }
        }
        PIconButton {
            text: qsTrId("main.header.info")
            iconName: "info"
            shortcutAction: "toggleRoomPanel"
            checked: app.room.panel === "info" || app.room.panel === "members"
            onClicked: app.room.togglePanel("info")
        }
        PIconButton {
            id: more
            text: qsTrId("main.header.more")
            iconName: "ellipsis-vertical"
            onClicked: moreMenu.popup(more, 0, more.height)
            PMenu {
                id: moreMenu
                PMenuItem { text: qsTrId("main.header.pins"); iconName: "pin"; onTriggered: app.room.showPanel("pins") }
                PMenuItem { text: qsTrId("main.header.members"); iconName: "users"; shortcutAction: "toggleMembers"; onTriggered: app.room.showPanel("members") }
                PMenuItem { text: qsTrId("main.header.date"); iconName: "calendar-days"; shortcutAction: "jumpToDate"; onTriggered: header.dateAsked() }
                PMenuSeparator {}
                PMenuItem { text: qsTrId("main.menu.invite"); iconName: "user-plus"; onTriggered: app.openDialogWith("invite", { "roomId": app.room.roomId }) }
                PMenuItem { text: qsTrId("main.menu.settings"); iconName: "settings"; onTriggered: app.openDialogWith("roomSettings", { "roomId": app.room.roomId }) }
                PMenuItem { text: qsTrId("main.header.export"); iconName: "download"; onTriggered: app.openDialogWith("export", { "roomId": app.room.roomId }) }
                PMenuItem {
                    visible: app.preferences?.developerTools ?? false
                    text: qsTrId("main.menu.state")
                    iconName: "braces"
                    onTriggered: app.source.showState(app.room.roomId)
                }
                PMenuSeparator {}
                PMenuItem { text: qsTrId("main.menu.leave"); iconName: "log-out"; danger: true; onTriggered: app.openDialogWith("leaveRoom", { "roomId": app.room.roomId }) }
            }
        }
    }
}
