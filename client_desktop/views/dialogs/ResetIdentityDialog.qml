import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../login"

// Beginning anew, with what that costs said first.
PDialog {
    id: dialog

    property var args: ({})
    readonly property var recovery: app.dialogs.recovery
    readonly property string step: recovery.step

    title: step === "key" ? qsTrId("encryption.setup_key_title") : step === "done" ? qsTrId("encryption.setup_done_title")
           : step === "working" ? qsTrId("encryption.reset_working") : qsTrId("encryption.reset_title")
    description: step === "key" ? qsTrId("encryption.setup_key_lead") : step === "done" ? qsTrId("encryption.setup_done_text")
                 : step === "working" ? "" : qsTrId("encryption.reset_lead")
    busy: step === "working"
    closable: step === "reset" || step === "done"
    onAboutToShow: recovery.begin("reset")
    onClosed: recovery.close_flow()

    contentItem: Column {
        spacing: Theme.space16
        ErrorLine { width: parent.width; text: dialog.recovery.error }
        Column {
            visible: dialog.step === "reset"
            width: parent.width
            spacing: Theme.space8
            Repeater {
                model: ["reset_loses_history", "reset_devices", "reset_others_see"]
                Item {
                    required property string modelData
                    width: parent.width
                    height: line.implicitHeight
                    Icon { id: mark; name: "triangle-alert"; size: Theme.px(16); color: Theme.warning; y: Theme.px(3) }
                    PText { id: line; text: qsTrId("encryption." + parent.modelData); wrapMode: Text.Wrap; anchors { left: mark.right; leftMargin: Theme.space8; right: parent.right } }
                }
            }
            PassphraseChoice { id: passphrase; width: parent.width; topPadding: Theme.space8 }
        }
        PProgress { width: parent.width; visible: dialog.step === "working"; indeterminate: true }
        RecoveryKeyView { id: key; width: parent.width; visible: dialog.step === "key"; recovery: dialog.recovery }
        Icon { visible: dialog.step === "done"; name: "shield-check"; color: Theme.success; size: Theme.px(56); anchors.horizontalCenter: parent.horizontalCenter }
    }
    actions: [
        PButton { visible: dialog.step === "reset"; text: qsTrId("encryption.cancel"); onClicked: dialog.close() },
        PButton { objectName: "confirmReset"; visible: dialog.step === "reset"; kind: "danger"; enabled: passphrase.complete; text: qsTrId("encryption.reset_submit"); onClicked: dialog.recovery.reset(passphrase.passphrase) },
        PButton { visible: dialog.step === "key"; kind: "primary"; enabled: key.kept; text: qsTrId("encryption.next"); onClicked: dialog.recovery.finish() },
        PButton { visible: dialog.step === "done"; kind: "primary"; text: qsTrId("encryption.done_close"); onClicked: dialog.close() }
    ]
}
