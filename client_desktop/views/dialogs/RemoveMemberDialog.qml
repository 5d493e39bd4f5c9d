import QtQuick
import Parlour.Controls
import Parlour.Theme

// Removing or banning somebody, with a reason that they and the room can read.
PDialog {
    id: dialog

    property var args: ({})
    readonly property bool ban: args.ban ?? false
    // What they wrote can be removed with them, where the user may.
    property bool mayRedact: app.dialogs.members.mayRedact
    property var confirm: (reason, wipe) => dialog.ban ? app.dialogs.members.ban(args.userId, reason, wipe) : app.dialogs.members.kick(args.userId, reason)

    title: Words.text(ban ? "dialogs.ban_title" : "dialogs.kick_title", [args.personName ?? args.userId])
    description: ban ? qsTrId("dialogs.ban_text") : qsTrId("dialogs.kick_text")
    onOpened: reason.forceActiveFocus()
    onAboutToShow: wipe.checked = false
    contentItem: Column {
        spacing: Theme.space8
        PTextField { id: reason; width: parent.width; label: qsTrId("dialogs.reason"); maximumLength: 500; onAccepted: dialog.give() }
        PCheckBox { id: wipe; objectName: "removeMessages"; width: parent.width; visible: dialog.ban && dialog.mayRedact; text: qsTrId("dialogs.ban_remove_messages"); description: qsTrId("dialogs.ban_remove_messages_text") }
    }

    function give() {
        confirm(reason.text, wipe.visible && wipe.checked);
        close();
    }

    actions: [
        PButton { text: qsTrId("dialogs.cancel"); onClicked: dialog.close() },
        PButton { objectName: "confirmRemove"; kind: "danger"; text: dialog.ban ? qsTrId("dialogs.ban_submit") : qsTrId("dialogs.kick_submit"); onClicked: dialog.give() }
    ]
}
