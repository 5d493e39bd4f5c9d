import QtQuick
import QtQuick.Dialogs
import QtCore
import Parlour.Controls
import Parlour.Theme

PageColumn {
    id: page

    readonly property var state: app.encryption
    readonly property var keys: app.settings.keys

    title: qsTrId("settings.page_encryption")
    lead: qsTrId("settings.encryption_lead")
    error: keys.error

    Connections {
        target: page.keys
        function onDone(sentence) { app.notice(sentence, "info"); }
    }

    Group {
        title: qsTrId("settings.encryption_this_device")
        SettingRow {
            iconName: page.state.deviceVerified ? "shield-check" : "shield-alert"
            iconColor: page.state.deviceVerified ? Theme.success : Theme.warning
            title: !page.state.available ? qsTrId("settings.encryption_unavailable")
                   : !page.state.identityExists ? qsTrId("settings.encryption_no_identity")
                   : page.state.deviceVerified ? qsTrId("settings.encryption_verified") : qsTrId("settings.encryption_not_verified")
            PButton {
                objectName: "encryptionVerify"
                visible: page.state.available && !(page.state.identityExists && page.state.deviceVerified)
                kind: "primary"
                text: page.state.identityExists ? qsTrId("settings.devices_verify_this") : qsTrId("settings.encryption_recovery_set_up")
                onClicked: app.openDialog(page.state.identityExists ? "verifyDevice" : "setUpRecovery")
            }
        }
        PSeparator { width: parent.width }
        SettingRow {
            title: qsTrId("settings.encryption_device_id")
            PText { text: page.keys.deviceId; font.family: Theme.mono; muted: true; height: Theme.hitTarget }
        }
        SettingRow {
            title: qsTrId("settings.encryption_device_key")
            text: page.keys.deviceKey
            PIconButton { text: qsTrId("settings.copy"); iconName: "copy"; onClicked: app.copy(page.keys.deviceKey) }
        }
    }

    Group {
        visible: page.state.identityExists
        SettingRow {
            title: qsTrId("settings.encryption_recovery")
            text: page.state.storageExists ? qsTrId("settings.encryption_recovery_on") : qsTrId("settings.encryption_recovery_off")
            PButton {
                visible: page.state.privateKeysHere
                text: page.state.storageExists ? qsTrId("settings.encryption_recovery_change") : qsTrId("settings.encryption_recovery_set_up")
                onClicked: app.openDialogWith("setUpRecovery", { "change": page.state.storageExists })
            }
        }
        PSeparator { width: parent.width }
        SettingRow {
            title: qsTrId("settings.encryption_backup")
            text: page.state.backupActive
                  ? page.state.keysWaiting > 0 ? Words.text("settings.encryption_backup_waiting", [], page.state.keysWaiting) : qsTrId("settings.encryption_backup_on")
                  : page.state.backupExists && !page.state.backupTrusted ? qsTrId("settings.encryption_backup_untrusted") : qsTrId("settings.encryption_backup_off")
            PButton {
                visible: page.state.backupActive
                text: qsTrId("settings.encryption_backup_restore")
                busy: page.keys.busy
                onClicked: page.keys.restore()
            }
            PButton {
                visible: page.state.privateKeysHere
                kind: page.state.backupActive ? "quiet" : "primary"
                text: page.state.backupActive ? qsTrId("settings.encryption_backup_turn_off") : qsTrId("settings.encryption_backup_turn_on")
                busy: page.keys.busy
                onClicked: page.state.backupActive ? off.open() : page.keys.turnOn()
            }
        }
        PProgress {
            width: parent.width
            visible: page.keys.total > 0
            value: page.keys.total > 0 ? page.keys.restored / page.keys.total : 0
        }
    }

    Group {
        SettingRow {
            title: qsTrId("settings.encryption_files")
            text: qsTrId("settings.encryption_files_text")
            PButton { objectName: "exportKeys"; text: qsTrId("settings.encryption_export"); onClicked: exporting.ask() }
            PButton { text: qsTrId("settings.encryption_import"); onClicked: openFile.open() }
        }
        PSeparator { width: parent.width }
        PSwitch {
            width: parent.width
            text: qsTrId("settings.encryption_verified_only")
            description: qsTrId("settings.encryption_verified_only_text")
            checked: app.settings.keys.verifiedOnly
            onToggled: app.settings.keys.sendToVerifiedOnly(checked)
        }
        PSeparator { width: parent.width; visible: page.state.identityExists }
        SettingRow {
            visible: page.state.identityExists
            title: qsTrId("settings.encryption_reset")
            text: qsTrId("settings.encryption_reset_text")
            PButton { kind: "danger"; text: qsTrId("settings.encryption_reset"); onClicked: app.openDialog("resetIdentity") }
        }
    }

    PDialog {
        id: off
        title: qsTrId("settings.encryption_backup_turn_off_title")
        description: qsTrId("settings.encryption_backup_turn_off_text")
        actions: [
            PButton { text: qsTrId("settings.cancel"); onClicked: off.close() },
            PButton { kind: "danger"; text: qsTrId("settings.encryption_backup_turn_off"); onClicked: { off.close(); page.keys.turnOff(); } }
        ]
    }
    PDialog {
        id: exporting
        title: qsTrId("settings.encryption_export_title")
        description: qsTrId("settings.encryption_export_text")
        function ask() { first.clear(); second.clear(); open(); first.forceActiveFocus(); }
        contentItem: Column {
            spacing: Theme.space16
            PTextField { id: first; width: parent.width; secret: true; label: qsTrId("settings.encryption_passphrase"); help: qsTrId("settings.encryption_passphrase_short"); onAccepted: second.forceActiveFocus() }
            PTextField { id: second; width: parent.width; secret: true; label: qsTrId("settings.encryption_passphrase_again"); error: text !== "" && !first.text.startsWith(text) ? qsTrId("settings.encryption_passphrase_differ") : "" }
        }
        actions: [
            PButton { text: qsTrId("settings.cancel"); onClicked: exporting.close() },
            PButton { kind: "primary"; text: qsTrId("settings.encryption_choose_file"); enabled: first.text.length >= 12 && first.text === second.text; onClicked: saveFile.open() }
        ]
    }
    PDialog {
        id: importing
        property url file
        title: qsTrId("settings.encryption_import_title")
        description: qsTrId("settings.encryption_import_text")
        function give() { close(); page.keys.importKeys(file, passphrase.text); }
        contentItem: PTextField { id: passphrase; secret: true; label: qsTrId("settings.encryption_passphrase"); onAccepted: importing.give() }
        actions: [
            PButton { text: qsTrId("settings.cancel"); onClicked: importing.close() },
            PButton { kind: "primary"; text: qsTrId("settings.encryption_import"); enabled: passphrase.text !== ""; onClicked: importing.give() }
        ]
    }
    FileDialog {
        id: saveFile
        fileMode: FileDialog.SaveFile
        selectedFile: StandardPaths.writableLocation(StandardPaths.DocumentsLocation) + "/parlour-keys.txt"
        onAccepted: { exporting.close(); page.keys.exportKeys(selectedFile, first.text, second.text); }
    }
    FileDialog {
        id: openFile
        onAccepted: { importing.file = selectedFile; passphrase.clear(); importing.open(); passphrase.forceActiveFocus(); }
    }
}
