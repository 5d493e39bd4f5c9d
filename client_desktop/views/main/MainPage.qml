import QtQuick
import Parlour.Theme
import Parlour.Controls

// Rail, rooms, conversation, panel. A window too narrow for all shows one or two of them at a time.
// Rail and rooms are the first frame; the rest comes when the parts it shows are there.
FocusScope {
    id: main

    readonly property bool narrow: width < Theme.px(760)
    property bool listShown: app.rooms.current === ""

    Rectangle {
        anchors.fill: parent
        color: Theme.surface
    }

    Rail {
        id: rail
        visible: !main.narrow || main.listShown
        width: visible ? Theme.railWidth : 0
        anchors { left: parent.left; top: parent.top; bottom: parent.bottom }
    }

    RoomList {
        id: rooms
        visible: !main.narrow || main.listShown
        width: !visible ? 0 : main.narrow ? main.width - rail.width
               : Math.min(Theme.roomListWidth, Math.round(main.width * 0.3))
        anchors { left: rail.right; top: parent.top; bottom: parent.bottom }
        onOpened: {
            main.listShown = false;
            area.item?.focusComposer();
        }
    }

    Loader { // by its file's name: what it is made of is read when it is wanted
        id: area
        anchors.fill: parent

        function load() {
            if (app.ready && source == "")
                setSource("MainArea.qml", {
                    "list": rooms,
                    "narrow": Qt.binding(() => main.narrow),
                    "listShown": Qt.binding(() => main.listShown)
                });
        }
        Component.onCompleted: load()
    }
    Connections {
        target: app
        function onReadyChanged() { area.load(); }
    }
    Connections {
        target: area.item
        function onListWanted(wanted) { main.listShown = wanted; }
    }
}
