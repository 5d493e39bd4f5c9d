import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../login"

// Leaving this device: said plainly where keys would be lost.
PDialog {
    id: dialog

    property var args: ({})

    title: qsTrId("settings.account_sign_out_title")
    description: app.accounts.backedUp ? qsTrId("settings.account_sign_out_safe") : qsTrId("settings.account_sign_out_unsafe")
    busy: app.accounts.busy
    onAboutToShow: app.accounts.aboutToSignOut()
    contentItem: ErrorLine { text: app.accounts.error }
    actions: [
        PButton { visible: !app.accounts.backedUp && !app.encryption.identityExists; text: qsTrId("encryption.banner_set_up_action"); onClicked: app.openDialog("setUpRecovery") },
        PButton { text: qsTrId("dialogs.cancel"); onClicked: dialog.close() },
        PButton { objectName: "confirmSignOutHere"; kind: "danger"; busy: dialog.busy; text: qsTrId("settings.account_sign_out"); onClicked: app.accounts.signOut() }
    ]
}
