import QtQuick
import Parlour.Controls
import Parlour.Theme

// Removing or banning somebody, with a reason that they and the room can read.
PDialog {
    id: dialog

    property var args: ({})
    readonly property bool ban: args.ban ?? false
    property var confirm: reason => app.dialogs.members[dialog.ban ? "ban" : "kick"](args.userId, reason)

    title: Words.text(ban ? "dialogs.ban_title" : "dialogs.kick_title", [args.personName ?? args.userId])
    description: ban ? qsTrId("dialogs.ban_text") : qsTrId("dialogs.kick_text")
    onOpened: reason.forceActiveFocus()
    contentItem: PTextField { id: reason; label: qsTrId("dialogs.reason"); maximumLength: 500; onAccepted: dialog.give() }

    function give() {
        confirm(reason.text);
        close();
    }

    actions: [
        PButton { text: qsTrId("dialogs.cancel"); onClicked: dialog.close() },
        PButton { objectName: "confirmRemove"; kind: "danger"; text: dialog.ban ? qsTrId("dialogs.ban_submit") : qsTrId("dialogs.kick_submit"); onClicked: dialog.give() }
    ]
}
