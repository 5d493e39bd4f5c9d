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
    contentItem: Column {
        spacing: Theme.space12
        ErrorLine { width: parent.width; text: dialog.settings.error }
        PCheckBox { id: forget; objectName: "forgetRoom"; width: parent.width; text: qsTrId("dialogs.room_forget"); description: qsTrId("dialogs.room_forget_text") }
        PText { visible: dialog.room?.lastAdmin ?? false; text: qsTrId("dialogs.room_leave_last_admin"); color: Theme.warning; width: parent.width; wrapMode: Text.Wrap }
    }
    actions: [
        PButton { text: qsTrId("dialogs.cancel"); onClicked: dialog.close() },
        PButton { objectName: "confirmLeave"; kind: "danger"; busy: dialog.busy; text: dialog.room?.space ? qsTrId("dialogs.space_leave") : qsTrId("dialogs.room_leave"); onClicked: dialog.settings.leave(forget.checked) }
    ]
}
