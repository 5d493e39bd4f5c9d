import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../login"

// Leaving a room or space.
PDialog {
    id: dialog

    property var args: ({})
    readonly property var settings: app.dialogs.roomSettings
    readonly property var room: settings.room

    title: Words.text("dialogs.room_leave_title", [room?.name ?? ""])
    description: room?.joinRule === "public" ? qsTrId("dialogs.room_leave_public_text") : qsTrId("dialogs.room_leave_text")
    busy: settings.busy
    onAboutToShow: settings.begin(args.roomId)

    Connections {
        target: dialog.settings
        function onLeft() { dialog.close(); }
    }
    contentItem: ErrorLine { text: dialog.settings.error }
    actions: [
        PButton { text: qsTrId("dialogs.cancel"); onClicked: dialog.close() },
        PButton { objectName: "confirmLeave"; kind: "danger"; busy: dialog.busy; text: dialog.room?.space ? qsTrId("dialogs.space_leave") : qsTrId("dialogs.room_leave"); onClicked: dialog.settings.leave(false) }
    ]
}
