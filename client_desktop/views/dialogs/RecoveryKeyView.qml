import QtQuick
import QtQuick.Dialogs
import QtCore
import Parlour.Controls
import Parlour.Theme

// The recovery key, shown once: to copy, to save, and to confirm that it is kept.
Column {
    id: view

    required property var recovery
    readonly property bool kept: box.checked

    spacing: Theme.space16

    Rectangle {
        width: parent.width
        implicitHeight: key.implicitHeight + 2 * Theme.space16
        radius: Theme.radiusMedium
        color: Theme.codeBg
        TextEdit {
            id: key
            objectName: "recoveryKey"
            anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter; margins: Theme.space16 }
            text: view.recovery.key
            readOnly: true
            selectByMouse: true
            wrapMode: TextEdit.WordWrap
            horizontalAlignment: TextEdit.AlignHCenter
            font { family: Theme.mono; pixelSize: Theme.sizeBody }
            color: Theme.text
            selectionColor: Theme.selection
            selectedTextColor: Theme.text
            Accessible.role: Accessible.EditableText
            Accessible.readOnly: true
            Accessible.name: qsTrId("encryption.setup_key_title")
        }
    }
    Row {
        anchors.horizontalCenter: parent.horizontalCenter
        spacing: Theme.space8
        PButton { objectName: "copyKey"; iconName: view.recovery.copied ? "check" : "copy"; text: view.recovery.copied ? qsTrId("encryption.setup_key_copied") : qsTrId("encryption.setup_key_copy"); onClicked: view.recovery.copyKey() }
        PButton { iconName: view.recovery.saved ? "check" : "download"; text: view.recovery.saved ? qsTrId("encryption.setup_key_saved") : qsTrId("encryption.setup_key_save"); onClicked: files.open() }
    }
    PCheckBox { id: box; objectName: "keyKept"; width: parent.width; text: qsTrId("encryption.setup_key_kept") }
    FileDialog { id: files; fileMode: FileDialog.SaveFile; selectedFile: StandardPaths.writableLocation(StandardPaths.DocumentsLocation) + "/parlour-recovery-key.txt"; onAccepted: view.recovery.saveKey(selectedFile) }
}
