import QtQuick
import Parlour.Theme
import Parlour.Controls

// What lies beside the list of rooms, what lies above everything, and the keys.
FocusScope {
    id: main

    required property Item list
    property bool narrow: false
    property bool listShown: true
    readonly property bool tight: width < Theme.px(1120)
    readonly property bool panelOpen: app.room.panel !== "" && app.room.roomId !== ""

    signal listWanted(bool wanted)

    function focusComposer() {
        room.focusComposer();
    }

    RoomView {
        id: room
        visible: !main.narrow || !main.listShown
        showBack: main.narrow
        anchors {
            left: parent.left
            leftMargin: main.LayoutMirroring.enabled ? main.width - main.list.x : main.list.x + main.list.width
            right: panel.beside ? panel.left : parent.right
            top: parent.top
            bottom: parent.bottom
        }
        onBack: main.listWanted(true)
    }

    SidePanel {
        id: panel
        readonly property bool beside: visible && !main.tight
        visible: main.panelOpen && (!main.narrow || !main.listShown)
        width: main.narrow ? main.width : Math.min(Theme.panelWidth, main.width - Theme.px(48))
        anchors { right: parent.right; top: parent.top; bottom: parent.bottom }
        z: 2
    }
    Rectangle { // the edge of a panel that lies over the timeline
        visible: panel.visible && !panel.beside
        anchors { right: panel.left; top: panel.top; bottom: panel.bottom }
        width: Theme.space12
        z: 2
        gradient: Gradient {
            orientation: Gradient.Horizontal
            GradientStop { position: 0; color: "transparent" }
            GradientStop { position: 1; color: Qt.rgba(0, 0, 0, Theme.dark ? 0.35 : 0.08) }
        }
    }

    QuickSwitcher {
        id: switcher
        onChosen: roomId => {
            main.show(roomId);
        }
    }
    Loader {
        id: viewer
        anchors.fill: parent
        active: app.viewer.isOpen
        source: "MediaViewer.qml"
        z: 10
        onLoaded: item.forceActiveFocus()
    }
    ForwardDialog {}
    SourceDialog {}

    function show(roomId) {
        if (roomId === "")
            return;
        app.room.open(roomId);
        main.listWanted(false);
        room.focusComposer();
    }

    readonly property bool free: !viewer.active

    Shortcut { enabled: main.free; sequences: Shortcuts.keys("quickSwitcher"); onActivated: switcher.open() }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("roomPrevious"); onActivated: main.show(app.rooms.neighbour(-1, false)) }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("roomNext"); onActivated: main.show(app.rooms.neighbour(1, false)) }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("unreadPrevious"); onActivated: main.show(app.rooms.neighbour(-1, true)) }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("unreadNext"); onActivated: main.show(app.rooms.neighbour(1, true)) }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("goHome"); onActivated: app.rooms.setSpace("") }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("goBack"); onActivated: app.room.goBack() }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("goForward"); onActivated: app.room.goForward() }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("focusComposer"); onActivated: room.focusComposer() }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("searchRoom"); onActivated: main.search(false) }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("searchAll"); onActivated: main.search(true) }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("jumpToDate"); onActivated: room.askDate() }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("jumpToNewest"); onActivated: app.room.conversation?.timeline.jumpToPresent() }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("markAllRead"); onActivated: app.rooms.markAllRead() }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("newDirect"); onActivated: app.openDialog("newDirect") }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("newRoom"); onActivated: app.openDialog("createRoom") }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("explore"); onActivated: app.openDialog("explore") }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("toggleRoomPanel"); onActivated: app.room.togglePanel("info") }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("toggleThreads"); onActivated: app.room.togglePanel("threads") }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("toggleMembers"); onActivated: app.room.togglePanel("members") }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("settings"); onActivated: app.show("settings") }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("shortcutSheet"); onActivated: app.openDialog("shortcuts") }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("switchAccount"); onActivated: app.openDialog("accounts") }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("focusNextArea"); onActivated: main.stepArea(1) }
    Shortcut { enabled: main.free; sequences: Shortcuts.keys("focusPreviousArea"); onActivated: main.stepArea(-1) }

    function search(everywhere) {
        app.search.setEverywhere(everywhere);
        app.room.showPanel("search");
    }

    // F6 goes round: rooms, messages, composer, panel.
    function stepArea(step) {
        const areas = [main.list, room.timelineArea, room.composerArea, panel].filter(area => area && area.visible);
        let here = areas.findIndex(area => area.activeFocus);
        areas[(here + step + areas.length) % areas.length].forceActiveFocus(Qt.TabFocusReason);
    }
}
