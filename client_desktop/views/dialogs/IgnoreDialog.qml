import QtQuick
import Parlour.Controls
import Parlour.Theme

// Seeing nothing of somebody any more.
PDialog {
    id: dialog

    property var args: ({})

    title: Words.text("dialogs.ignore_title", [args.personName ?? args.userId])
    description: qsTrId("dialogs.ignore_text")
    contentItem: Item {}
    actions: [
        PButton { text: qsTrId("dialogs.cancel"); onClicked: dialog.close() },
        PButton { objectName: "confirmIgnore"; kind: "danger"; text: qsTrId("dialogs.card_ignore"); onClicked: { app.settings.privacy.ignore(dialog.args.userId); dialog.close(); } }
    ]
}
