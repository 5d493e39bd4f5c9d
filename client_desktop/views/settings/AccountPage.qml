import QtQuick
import QtQuick.Dialogs
import QtCore
import Parlour.Controls
import Parlour.Theme

PageColumn {
    id: page

    readonly property var account: app.settings.account

    title: qsTrId("settings.page_account")
    lead: qsTrId("settings.account_lead")
    error: account.error
    Component.onCompleted: account.refresh()

    Connections {
        target: page.account
        function onDone(sentence) { app.notice(sentence, "info"); }
    }

    Group {
        SettingRow {
            title: qsTrId("settings.profile_user_id")
            text: app.session.userId
            PIconButton { text: qsTrId("settings.copy"); iconName: "copy"; onClicked: app.copy(app.session.userId) }
        }
        PSeparator { width: parent.width }
        SettingRow { title: qsTrId("settings.account_server"); text: page.account.serverUrl }
        PSeparator { width: parent.width; visible: page.account.managed }
        SettingRow {
            visible: page.account.managed
            title: qsTrId("settings.account_manage")
            text: qsTrId("settings.account_manage_text")
            PButton { iconName: "external-link"; text: qsTrId("settings.change"); onClicked: page.account.openAccountPage() }
        }
        PSeparator { width: parent.width; visible: apps.visible }
        SettingRow {
            id: apps
            visible: page.account.hasPage && !page.account.managed
            title: qsTrId("settings.account_apps")
            text: qsTrId("settings.account_apps_text")
            PButton { objectName: "openAccountPage"; iconName: "external-link"; text: qsTrId("settings.account_apps_open"); onClicked: page.account.openAccountPage() }
        }
        PSeparator { width: parent.width; visible: page.account.canChangePassword }
        SettingRow {
            visible: page.account.canChangePassword
            title: qsTrId("settings.account_password")
            text: "••••••••••"
            PButton { objectName: "changePassword"; text: qsTrId("settings.change"); onClicked: password.ask() }
        }
    }

    Group {
        title: qsTrId("settings.account_emails")
        text: qsTrId("settings.account_emails_text")
        visible: page.account.canChangeAddresses || page.account.addresses.length > 0
        PText { visible: page.account.addresses.length === 0 && page.account.waitingFor === ""; text: qsTrId("settings.account_emails_none"); muted: true }
        Repeater {
            model: page.account.addresses
            SettingRow {
                id: entry
                required property var modelData
                iconName: modelData.medium === "email" ? "mail" : "smartphone"
                title: modelData.address
                PIconButton {
                    visible: page.account.canChangeAddresses
                    text: Words.text("settings.account_email_remove", [entry.modelData.address])
                    iconName: "trash-2"
                    onClicked: page.account.removeAddress(entry.modelData.medium, entry.modelData.address)
                }
            }
        }
        Column {
            visible: page.account.waitingFor !== ""
            width: parent.width
            spacing: Theme.space8
            PText { text: Words.text("settings.account_email_sent", [page.account.waitingFor]); width: parent.width; wrapMode: Text.Wrap }
            Row {
                spacing: Theme.space8
                PButton { kind: "primary"; text: qsTrId("settings.account_email_confirm"); busy: page.account.busy; onClicked: page.account.confirmEmail() }
                PButton { kind: "quiet"; text: qsTrId("settings.cancel"); onClicked: page.account.cancelEmail() }
            }
        }
        Row {
            visible: page.account.canChangeAddresses && page.account.waitingFor === ""
            width: parent.width
            spacing: Theme.space8
            PTextField {
                id: email
                width: parent.width - add.width - parent.spacing
                placeholderText: qsTrId("settings.account_email_field")
                onEdited: page.account.clearError()
                onAccepted: add.clicked()
            }
            PButton {
                id: add
                text: qsTrId("settings.account_email_add")
                enabled: email.text.includes("@") && !page.account.busy
                onClicked: { page.account.addEmail(email.text); email.clear(); }
            }
        }
    }

    Group {
        SettingRow {
            title: qsTrId("settings.account_export")
            text: qsTrId("settings.account_export_text")
            PButton { text: qsTrId("settings.account_export_submit"); onClicked: save.open() }
        }
        PSeparator { width: parent.width }
        SettingRow {
            title: qsTrId("settings.account_sign_out")
            text: qsTrId("settings.account_sign_out_text")
            PButton { objectName: "signOutHere"; kind: "danger"; text: qsTrId("settings.account_sign_out"); onClicked: app.openDialog("signOut") }
        }
        PSeparator { width: parent.width }
        SettingRow {
            title: qsTrId("settings.account_close")
            text: qsTrId("settings.account_close_text")
            PButton { objectName: "closeAccount"; kind: "danger"; text: qsTrId("settings.account_close"); onClicked: closing.ask() }
        }
    }

    FileDialog {
        id: save
        fileMode: FileDialog.SaveFile
        defaultSuffix: "json"
        selectedFile: StandardPaths.writableLocation(StandardPaths.DocumentsLocation) + "/parlour-account.json"
        nameFilters: ["JSON (*.json)"]
        onAccepted: page.account.exportData(selectedFile)
    }
    PDialog {
        id: password
        title: qsTrId("settings.account_password_submit")
        function ask() { fresh.clear(); open(); fresh.forceActiveFocus(); }
        function give() { close(); page.account.changePassword(fresh.text, everywhere.checked); }
        contentItem: Column {
            spacing: Theme.space16
            PTextField {
                id: fresh
                objectName: "newAccountPassword"
                width: parent.width
                label: qsTrId("settings.account_password_new")
                help: qsTrId("settings.account_password_short")
                secret: true
                onAccepted: password.give()
            }
            PCheckBox { id: everywhere; width: parent.width; text: qsTrId("settings.account_password_devices") }
        }
        actions: [
            PButton { text: qsTrId("settings.cancel"); onClicked: password.close() },
            PButton { objectName: "submitPassword"; kind: "primary"; text: qsTrId("settings.account_password_submit"); enabled: fresh.text.length >= 8; onClicked: password.give() }
        ]
    }
    PDialog {
        id: closing
        title: qsTrId("settings.account_close_title")
        description: qsTrId("settings.account_close_text")
        function ask() { typed.clear(); open(); typed.forceActiveFocus(); }
        contentItem: Column {
            spacing: Theme.space16
            PCheckBox { id: erase; objectName: "eraseMessages"; width: parent.width; text: qsTrId("settings.account_close_erase") }
            PTextField { id: typed; objectName: "typedUserId"; width: parent.width; label: Words.text("settings.account_close_type", [app.session.userId]) }
        }
        actions: [
            PButton { text: qsTrId("settings.cancel"); onClicked: closing.close() },
            PButton {
                objectName: "submitClosing"
                kind: "danger"
                text: qsTrId("settings.account_close")
                enabled: typed.text === app.session.userId
                onClicked: { closing.close(); page.account.closeAccount(erase.checked); }
            }
        ]
    }
}
