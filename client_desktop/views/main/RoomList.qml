import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

// The rooms of the account or of the chosen space, in sections.
FocusScope {
    id: list

    signal opened

    function open(roomId) {
        app.openRoom(roomId);
        list.opened();
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.sunken
        Rectangle {
            anchors { right: parent.right; top: parent.top; bottom: parent.bottom }
            width: 1
            color: Theme.border
        }
    }

    Item {
        id: head
        anchors { left: parent.left; right: parent.right; top: parent.top }
        anchors.leftMargin: Theme.space16
        anchors.rightMargin: Theme.space8
        height: Theme.header

        PText {
            text: app.rooms.title !== "" ? app.rooms.title : qsTrId("main.home")
            role: "lead"
            strong: true
            anchors { left: parent.left; right: create.left; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
            Accessible.role: Accessible.Heading
        }
        PIconButton {
            id: create
            text: qsTrId("main.list.new")
            iconName: "plus"
            anchors { right: parent.right; verticalCenter: parent.verticalCenter }
            onClicked: {
                createMenu.active = true;
                createMenu.item.popup(create, 0, create.height);
            }
            Loader {
                id: createMenu
                active: false
                sourceComponent: PMenu {
                    PMenuItem { text: qsTrId("main.list.new_direct"); iconName: "message-square-plus"; shortcutAction: "newDirect"; onTriggered: app.openDialog("newDirect") }
                    PMenuItem { text: qsTrId("main.list.new_room"); iconName: "hash"; shortcutAction: "newRoom"; onTriggered: app.openDialogWith("createRoom", { "spaceId": app.rooms.space }) }
                    PMenuItem { text: qsTrId("main.list.explore"); iconName: "compass"; shortcutAction: "explore"; onTriggered: app.openDialog("explore") }
                    PMenuSeparator { visible: app.rooms.space !== "" }
                    PMenuItem { visible: app.rooms.space !== ""; text: qsTrId("main.space.home"); iconName: "house"; onTriggered: app.openDialogWith("spaceHome", { "roomId": app.rooms.space }) }
                }
            }
        }
    }

    PSearchField {
        id: find
        anchors { left: parent.left; right: filter.left; top: head.bottom }
        anchors.leftMargin: Theme.space16
        anchors.rightMargin: Theme.space4
        placeholderText: qsTrId("main.list.find")
        onEdited: app.rooms.setWords(text)
        onAccepted: list.openFirst()
        Keys.onDownPressed: rows.forceActiveFocus(Qt.TabFocusReason)
        Keys.onEscapePressed: event => {
            event.accepted = text !== "";
            clear();
            app.rooms.setWords("");
        }
        Item { // at the end of the field, which the keys themselves would not know: they are never mirrored
            visible: find.text === "" && !find.activeFocus
            width: caps.width
            height: caps.height
            anchors { right: parent.right; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
            PKeyCaps { id: caps; action: "quickSwitcher" }
        }
    }
    PIconButton {
        id: filter
        text: qsTrId("main.list.filter")
        iconName: "list-filter"
        checked: app.rooms.filter !== "all"
        anchors { right: parent.right; rightMargin: Theme.space8; verticalCenter: find.verticalCenter }
        onClicked: {
            filterMenu.active = true;
            filterMenu.item.popup(filter, 0, filter.height);
        }
        Loader {
            id: filterMenu
            active: false
            sourceComponent: PMenu {
                Repeater {
                    model: ["all", "unread", "people", "rooms", "favourites"]
                    PMenuItem {
                        required property string modelData
                        text: qsTrId("main.filter." + modelData)
                        checkable: true
                        checked: app.rooms.filter === modelData
                        onTriggered: app.rooms.setFilter(modelData)
                    }
                }
                PMenuSeparator {}
                PMenuItem { text: qsTrId("main.list.mark_all_read"); shortcutAction: "markAllRead"; onTriggered: app.rooms.markAllRead() }
            }
        }
    }

    Loader { // what encryption still needs
        id: banner
        anchors { left: parent.left; right: parent.right; top: find.bottom; leftMargin: Theme.space8; rightMargin: Theme.space8 + 1; topMargin: height > 0 ? Theme.space8 : 0 }
        height: item?.implicitHeight ?? 0
        source: !app.ready || app.encryption === null ? ""
                : app.encryption.banner === "" && (app.links?.offered ?? false) ? "../dialogs/LinksBanner.qml" : "../dialogs/EncryptionBanner.qml"
    }

    ListView {
        id: rows
        anchors { left: parent.left; right: parent.right; top: banner.bottom; bottom: offline.top }
        anchors.leftMargin: Theme.space8
        anchors.rightMargin: Theme.space8 + 1
        anchors.topMargin: Theme.space4
        bottomMargin: Theme.space8
        model: app.rooms.rows
        clip: true
        focus: true
        activeFocusOnTab: true
        reuseItems: true
        cacheBuffer: app.ready ? Theme.px(400) : 0
        boundsBehavior: Flickable.StopAtBounds
        acceptedButtons: Qt.NoButton // the mouse drags rooms; its wheel, and fingers, scroll
        keyNavigationEnabled: true
        ScrollBar.vertical: PScrollBar {}
        Accessible.role: Accessible.List
        Accessible.name: qsTrId("main.list.rooms")
        delegate: RoomListRow {
            onMenuRequested: row => menu.show(row)
            onChosen: roomId => list.open(roomId)
            onDragged: (item, point) => {
                drop.active = true;
                drop.item.follow(item, point);
            }
            onDropped: taken => drop.item?.end(taken)
        }
        displaced: Transition { NumberAnimation { property: "y"; duration: Theme.normalMs; easing.type: Easing.OutCubic } }
        move: Transition { NumberAnimation { property: "y"; duration: Theme.normalMs; easing.type: Easing.OutCubic } }
        onActiveFocusChanged: if (activeFocus && currentIndex < 0) currentIndex = 0
        Keys.onReturnPressed: currentItem?.activate()
        Keys.onEnterPressed: currentItem?.activate()
        Keys.onSpacePressed: currentItem?.activate()
        Keys.onMenuPressed: if (currentItem && !currentItem.header) menu.show(currentItem.row)

        PEmptyState {
            visible: rows.count === 0
            anchors { horizontalCenter: parent.horizontalCenter; top: parent.top; topMargin: Theme.space48 }
            iconName: app.rooms.words !== "" || app.rooms.filter !== "all" ? "search" : "message-square-plus"
            title: app.rooms.words !== "" || app.rooms.filter !== "all" ? qsTrId("main.list.nothing") : qsTrId("main.list.empty")
            text: app.rooms.words !== "" || app.rooms.filter !== "all" ? qsTrId("main.list.nothing_text") : qsTrId("main.list.empty_text")
            PButton {
                visible: app.rooms.filter !== "all"
                text: qsTrId("main.list.show_all")
                onClicked: app.rooms.setFilter("all")
            }
            PButton {
                visible: app.rooms.words === "" && app.rooms.filter === "all"
                kind: "primary"
                text: qsTrId("main.list.new_direct")
                onClicked: app.openDialog("newDirect")
            }
        }
    }

    Loader {
        id: drop
        anchors.fill: rows
        active: false
        sourceComponent: RoomDrop { over: rows }
    }

    Rectangle {
        id: offline
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom; rightMargin: 1 }
        height: app.session.offline ? Theme.px(44) : 0
        visible: height > 0
        color: "transparent"
        clip: true
        Rectangle { width: parent.width; height: 1; color: Theme.border }
        Icon {
            id: cloud
            name: "cloud-off"
            size: Theme.px(18)
            anchors { left: parent.left; leftMargin: Theme.space16; verticalCenter: parent.verticalCenter }
        }
        PText {
            text: qsTrId("main.offline")
            role: "small"
            muted: true
            anchors { left: cloud.right; leftMargin: Theme.space8; right: again.left; verticalCenter: parent.verticalCenter }
        }
        PButton {
            id: again
            kind: "quiet"
            small: true
            text: qsTrId("main.offline.retry")
            anchors { right: parent.right; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
            onClicked: app.session.retry()
        }
    }

    Loader {
        id: menu
        function show(row) {
            source = "RoomMenu.qml";
            item.show(row);
        }
    }

    function openFirst() {
        for (let at = 0; at < app.rooms.rows.count; at++) {
            const row = app.rooms.rows.get(at);
            if (!row.header) {
                find.clear();
                app.rooms.setWords("");
                open(row.roomId);
                return;
            }
        }
    }
}
