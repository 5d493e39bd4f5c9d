import QtQuick
import Parlour.Controls
import Parlour.Theme

// The session was ended elsewhere. Nothing is removed before the user says so.
PDialog {
    id: dialog

    property var args: ({})

    title: qsTrId("dialogs.signed_out_title")
    description: qsTrId("dialogs.signed_out_text")
    contentItem: Item {}
    actions: [
        PButton { text: qsTrId("dialogs.signed_out_look"); onClicked: dialog.close() },
        PButton { objectName: "signInAgain"; kind: "primary"; text: qsTrId("dialogs.signed_out_again"); onClicked: { dialog.close(); app.accounts.forget(dialog.args.userId); } }
    ]
}
