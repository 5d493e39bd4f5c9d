import QtQuick
import QtQuick.Templates as T
import Parlour.Controls
import Parlour.Theme
import "../login"

// The directories of rooms: one's own server's, and others'.
Sheet {
    id: sheet

    readonly property var directory: app.dialogs.directory

    title: qsTrId("dialogs.directory_title")
    onAboutToShow: {
        if (args.room)
            directory.showRoom(args.room, args.via ?? []);
        else if (args.server)
            directory.lookAt(args.server);
        else
            directory.begin();
    }
    onOpened: term.forceActiveFocus()

    function act(room, what) {
        if (what === "open")
            goTo(room.roomId);
        else if (what === "knock")
            knock.ask(room);
        else
            directory.join(room.roomId);
    }

    function goTo(roomId) {
        close();
        app.room.open(roomId);
    }

    Connections {
        target: sheet.directory
        function onJoined(roomId) { sheet.goTo(roomId); }
        function onKnocked(sentence) { knock.close(); app.notice(sentence, "info"); }
    }

    Column {
        id: head
        width: parent.width
        spacing: Theme.space12
        Item {
            width: parent.width
            height: Theme.field
            PSearchField {
                id: term
                objectName: "directorySearch"
                anchors { left: parent.left; right: server.left; rightMargin: Theme.space8 }
                placeholderText: qsTrId("dialogs.directory_search")
                onEdited: sheet.directory.search(text, spaces.checked)
                onTextChanged: if (text === "") sheet.directory.search("", spaces.checked)
                onAccepted: if (sheet.directory.alias !== "") sheet.directory.join(sheet.directory.alias)
                Keys.onDownPressed: list.forceActiveFocus()
            }
            PButton {
                id: server
                width: Math.min(implicitWidth, Theme.px(220))
                height: Theme.field
                iconName: "server"
                text: sheet.directory.server
                anchors.right: parent.right
                onClicked: servers.popup(server, 0, server.height)
                PMenu {
                    id: servers
                    Repeater {
                        model: sheet.directory.servers
                        PMenuItem {
                            required property string modelData
                            required property int index
                            text: index === 0 ? Words.text("dialogs.directory_server_own", [modelData]) : modelData
                            iconName: modelData === sheet.directory.server ? "check" : ""
                            onTriggered: sheet.directory.lookAt(modelData)
                        }
                    }
                    PMenuSeparator {}
                    PMenuItem { text: qsTrId("dialogs.directory_server_add"); iconName: "plus"; onTriggered: other.ask() }
                }
            }
        }
        PChip { id: spaces; text: qsTrId("dialogs.directory_only_spaces"); checkable: true; onToggled: sheet.directory.search(term.text, checked) }
        ErrorLine { width: parent.width; text: sheet.directory.error }
        PListRow {
            visible: sheet.directory.alias !== ""
            width: parent.width
            text: Words.text("dialogs.directory_alias", [sheet.directory.alias])
            leading: Component { Icon { name: "hash" } }
            onClicked: sheet.directory.join(sheet.directory.alias)
        }
    }
    ListView {
        id: list
        objectName: "directory"
        anchors { left: parent.left; right: parent.right; top: head.bottom; bottom: parent.bottom; topMargin: Theme.space8; rightMargin: -Theme.space12 }
        rightMargin: Theme.space12
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        model: sheet.directory.rooms
        reuseItems: true
        T.ScrollBar.vertical: PScrollBar {}
        onAtYEndChanged: if (atYEnd && count > 0 && sheet.directory.hasMore) sheet.directory.more()
        delegate: RoomCardRow {
            required property var row
            room: row
            width: list.width - Theme.space12
            busy: sheet.directory.joining !== ""
            working: sheet.directory.joining === row.roomId
            onActed: act => sheet.act(row, act)
        }
        Column {
            anchors { left: parent.left; right: parent.right; rightMargin: Theme.space12 }
            spacing: Theme.space12
            visible: !sheet.directory.loaded && sheet.directory.error === ""
            Repeater { model: 5; PSkeleton { width: parent.width; height: Theme.px(56) } }
        }
        PEmptyState {
            anchors.centerIn: parent
            visible: sheet.directory.loaded && list.count === 0 && !sheet.directory.busy
            iconName: "compass"
            text: qsTrId("dialogs.directory_empty")
        }
    }

    PDialog {
        id: other
        title: qsTrId("dialogs.directory_server_add")
        function ask() { field.clear(); open(); field.forceActiveFocus(); }
        function give() { close(); sheet.directory.lookAt(field.text); }
        contentItem: PTextField { id: field; label: qsTrId("dialogs.directory_server_field"); placeholderText: "example.org"; onAccepted: other.give() }
        actions: [
            PButton { text: qsTrId("dialogs.cancel"); onClicked: other.close() },
            PButton { kind: "primary"; text: qsTrId("dialogs.add"); enabled: field.text.trim() !== ""; onClicked: other.give() }
        ]
    }
    PDialog {
        id: knock
        property var room: ({})
        title: Words.text("dialogs.knock_title", [room.name ?? ""])
        busy: sheet.directory.busy
        function ask(wanted) { room = wanted; reason.text = ""; open(); reason.forceActiveFocus(); }
        contentItem: PTextArea { id: reason; label: qsTrId("dialogs.knock_reason") }
        actions: [
            PButton { text: qsTrId("dialogs.cancel"); onClicked: knock.close() },
            PButton { kind: "primary"; busy: knock.busy; text: qsTrId("dialogs.knock_submit"); onClicked: sheet.directory.knock(knock.room.roomId, reason.text) }
        ]
    }
}
