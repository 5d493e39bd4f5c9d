import QtQuick
import QtQuick.Dialogs
import Parlour.Controls
import Parlour.Theme
import "../login"

// Getting keys back with the recovery key or passphrase.
PDialog {
    id: dialog

    property var args: ({})
    readonly property var recovery: app.dialogs.recovery
    readonly property string step: recovery.step

    title: step === "recovered" ? qsTrId("encryption.recover_done_title") : step === "working" ? qsTrId("encryption.recover_working") : qsTrId("encryption.recover_title")
    description: step === "recovered" ? qsTrId("encryption.recover_done_text")
                 : step === "working" ? (recovery.total > 0 ? Words.text("encryption.recover_progress", [recovery.restored, recovery.total]) : "")
                 : recovery.takesPassphrase ? qsTrId("encryption.recover_lead") : ""
    busy: step === "working"
    onAboutToShow: recovery.begin("enter")
    onOpened: typed.forceActiveFocus()
    onClosed: recovery.close_flow()

    contentItem: Column {
        spacing: Theme.space16
        ErrorLine { width: parent.width; text: dialog.recovery.error }
        PTextField {
            id: typed
            objectName: "recoveryField"
            visible: dialog.step === "enter"
            width: parent.width
            secret: true
            label: dialog.recovery.takesPassphrase ? qsTrId("encryption.recover_field") : qsTrId("encryption.setup_key_title")
            onEdited: dialog.recovery.clearError()
            onAccepted: dialog.recovery.recover(text)
        }
        PLink { visible: dialog.step === "enter"; small: true; text: qsTrId("encryption.recover_from_file"); onClicked: files.open() }
        PProgress { width: parent.width; visible: dialog.step === "working"; indeterminate: dialog.recovery.total === 0; value: dialog.recovery.total > 0 ? dialog.recovery.restored / dialog.recovery.total : 0 }
        Icon { visible: dialog.step === "recovered"; name: "shield-check"; color: Theme.success; size: Theme.px(56); anchors.horizontalCenter: parent.horizontalCenter }
    }
    FileDialog { id: files; onAccepted: dialog.recovery.recoverFromFile(selectedFile) }
    actions: [
        PButton { visible: dialog.step === "enter"; text: qsTrId("encryption.back"); onClicked: app.openDialog("verifyDevice") },
        PButton { objectName: "submitRecovery"; visible: dialog.step === "enter"; kind: "primary"; enabled: typed.text.trim() !== ""; text: qsTrId("encryption.recover_submit"); onClicked: dialog.recovery.recover(typed.text) },
        PButton { objectName: "recoverDone"; visible: dialog.step === "recovered"; kind: "primary"; text: qsTrId("encryption.done_close"); onClicked: dialog.close() }
    ]
}
