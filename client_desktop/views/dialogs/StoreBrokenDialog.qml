import QtQuick
import Parlour.Controls
import Parlour.Theme

// What is stored of an account cannot be opened: why, and what to do next. Nothing is removed before the user says so.
PDialog {
    id: dialog

    property var args: ({})

    title: Words.text("dialogs.store_broken_title", [args.userId])
    description: args.sentence ?? ""
    contentItem: Item {}
    onClosed: app.accounts.putOff(args.userId)
    actions: [
        PButton {
            kind: dialog.args.beginsAnew ? "secondary" : "primary"
            text: qsTrId("dialogs.store_broken_later")
            onClicked: dialog.close()
        },
        PButton {
            objectName: "storeBrokenAgain"
            visible: dialog.args.beginsAnew ?? false
            kind: "primary"
            text: qsTrId("dialogs.store_broken_again")
            onClicked: {
                app.accounts.forget(dialog.args.userId);
                dialog.close();
                app.login.addAnother();
                app.accounts.add();
            }
        }
    ]
}
