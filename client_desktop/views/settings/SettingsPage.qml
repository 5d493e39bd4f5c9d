import QtQuick
import Parlour.Theme

// One's own settings. What is safe to change changes at once; Escape leads back.
IndexPage {
    title: qsTrId("settings.title")
    subtitle: app.accounts && app.accounts.list.count > 1 ? app.session.userId : ""
    current: app.settings.page
    pages: [
        { key: "profile", text: qsTrId("settings.page_profile"), file: Qt.resolvedUrl("ProfilePage.qml") },
        { key: "account", text: qsTrId("settings.page_account"), file: Qt.resolvedUrl("AccountPage.qml") },
        { key: "devices", text: qsTrId("settings.page_devices"), file: Qt.resolvedUrl("DevicesPage.qml") },
        { key: "notifications", text: qsTrId("settings.page_notifications"), file: Qt.resolvedUrl("NotificationsPage.qml") },
        { key: "appearance", text: qsTrId("settings.page_appearance"), file: Qt.resolvedUrl("AppearancePage.qml") },
        { key: "privacy", text: qsTrId("settings.page_privacy"), file: Qt.resolvedUrl("PrivacyPage.qml") },
        { key: "encryption", text: qsTrId("settings.page_encryption"), file: Qt.resolvedUrl("EncryptionPage.qml") },
        { key: "keyboard", text: qsTrId("settings.page_keyboard"), file: Qt.resolvedUrl("KeyboardPage.qml") },
        { key: "about", text: qsTrId("settings.page_about"), file: Qt.resolvedUrl("AboutPage.qml") }
    ]
    onChosen: key => app.settings.open(key)
    onCloseWanted: app.show("main")
}
