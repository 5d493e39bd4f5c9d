import QtQuick
import Parlour.Theme
import Parlour.Controls

// Removing a message cannot be taken back, so it is asked about once.
PDialog {
    id: dialog

    required property Item view
    required property var row

    // null: those that were picked
    readonly property bool several: row === null
    title: several ? Words.text("main.select.remove_title", [], view.selection.count) : qsTrId("dialogs.redact_title")
    description: qsTrId("dialogs.redact_text")

    contentItem: PTextField {
        id: reason
        focus: true
        label: qsTrId("dialogs.reason")
        onAccepted: dialog.remove()
    }
    function remove() {
        several ? view.selection.remove(reason.text.trim()) : view.messages.remove(row.key, reason.text.trim());
        close();
    }
    actions: [
        PButton { text: qsTrId("control.cancel"); onClicked: dialog.close() },
        PButton { kind: "danger"; text: qsTrId("dialogs.redact_submit"); onClicked: dialog.remove() }
    ]
}
