import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../login"

// Identity, secret storage and key backup in one step, and the key that opens them.
PDialog {
    id: dialog

    property var args: ({})
    readonly property var recovery: app.dialogs.recovery
    readonly property string step: recovery.step

    title: step === "key" ? qsTrId("encryption.setup_key_title") : step === "done" ? qsTrId("encryption.setup_done_title")
           : step === "working" ? qsTrId("encryption.setup_working") : qsTrId("encryption.setup_title")
    description: step === "key" ? qsTrId("encryption.setup_key_lead") : step === "done" ? qsTrId("encryption.setup_done_text")
                 : step === "working" ? "" : qsTrId("encryption.setup_lead")
    busy: step === "working"
    closable: step === "intro" || step === "done"
    onAboutToShow: recovery.begin("intro")
    onClosed: recovery.close_flow()

    contentItem: Column {
        spacing: Theme.space16
        ErrorLine { width: parent.width; text: dialog.recovery.error }
        PassphraseChoice { id: passphrase; width: parent.width; visible: dialog.step === "intro" }
        PProgress { width: parent.width; visible: dialog.step === "working"; indeterminate: true }
        RecoveryKeyView { id: key; width: parent.width; visible: dialog.step === "key"; recovery: dialog.recovery }
        Icon { visible: dialog.step === "done"; name: "shield-check"; color: Theme.success; size: Theme.px(56); anchors.horizontalCenter: parent.horizontalCenter }
    }
    actions: [
        PButton { visible: dialog.step === "intro"; text: qsTrId("encryption.verify_later"); onClicked: dialog.close() },
        PButton {
            objectName: "makeKey"
            visible: dialog.step === "intro"
            kind: "primary"
            enabled: passphrase.complete
            text: qsTrId("encryption.setup_make")
            onClicked: dialog.args.change ? dialog.recovery.changeKey(passphrase.passphrase) : dialog.recovery.setUp(passphrase.passphrase)
        },
        PButton { objectName: "keyNext"; visible: dialog.step === "key"; kind: "primary"; enabled: key.kept; text: qsTrId("encryption.next"); onClicked: dialog.recovery.finish() },
        PButton { objectName: "setUpDone"; visible: dialog.step === "done"; kind: "primary"; text: qsTrId("encryption.done_close"); onClicked: dialog.close() }
    ]
}
