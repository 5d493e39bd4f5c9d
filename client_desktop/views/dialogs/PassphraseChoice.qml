import QtQuick
import Parlour.Controls
import Parlour.Theme

// A passphrase beside the recovery key, for those who want one.
Column {
    id: view

    readonly property string passphrase: wanted.checked ? field.text : ""
    readonly property bool complete: !wanted.checked || field.text.length >= 12

    spacing: Theme.space12

    PCheckBox { id: wanted; width: parent.width; text: qsTrId("encryption.setup_passphrase"); onToggled: if (checked) field.forceActiveFocus() }
    PTextField { id: field; width: parent.width; visible: wanted.checked; secret: true; label: qsTrId("encryption.setup_passphrase_field"); help: qsTrId("encryption.setup_passphrase_weak") }
}
