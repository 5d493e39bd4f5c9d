import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import "../settings"

// All settings of a room or space, over the whole window, with an index as one's own settings have it.
T.Popup {
    id: sheet

    property var args: ({})
    readonly property var settings: app.dialogs.roomSettings
    readonly property var room: settings.room ?? ({})
    readonly property bool space: room.space ?? false

    parent: T.Overlay.overlay
    width: parent?.width ?? 0
    height: parent?.height ?? 0
    padding: 0
    modal: true
    focus: true
    popupType: T.Popup.Item
    closePolicy: T.Popup.NoAutoClose
    onAboutToShow: {
        settings.begin(args.roomId);
        app.dialogs.permissions.begin(args.roomId);
        app.dialogs.members.begin(args.roomId);
        app.dialogs.addresses.begin(args.roomId);
        app.dialogs.roomNotifications.begin(args.roomId);
        app.dialogs.packs.begin(args.roomId);
        page.current = args.page ?? "general";
    }
    onOpened: page.forceActiveFocus()
    enter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.fastMs } }
    exit: Transition { NumberAnimation { property: "opacity"; from: 1; to: 0; duration: Theme.fastMs } }

    Connections {
        target: sheet.settings
        function onLeft() { sheet.close(); }
        function onUpgraded(roomId) { sheet.close(); app.room.open(roomId); }
    }

    contentItem: IndexPage {
        id: page
        focus: true
        title: sheet.room.name ?? ""
        subtitle: sheet.space ? qsTrId("dialogs.space_settings_title") : qsTrId("dialogs.room_settings_title")
        closeText: qsTrId("dialogs.close")
        pages: ["general", "access", "permissions", "members", "notifications", "addresses", "packs", "advanced"]
               .filter(key => !(sheet.space && ["notifications", "packs"].includes(key)))
               .map(key => ({ "key": key, "text": qsTrId("dialogs.room_page_" + key), "file": Qt.resolvedUrl("room/" + key.charAt(0).toUpperCase() + key.slice(1) + "Page.qml") }))
        onChosen: key => current = key
        onCloseWanted: sheet.close()
    }
    background: Rectangle { color: Theme.surface }
}
