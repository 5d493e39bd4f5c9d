import QtQuick
import Parlour.Controls
import Parlour.Theme

// Waiting for the system's browser to come back.
AuthCard {
    id: card

    required property var login

    title: qsTrId("login.browser_waiting")
    lead: Words.text("login.browser_waiting_lead", [login.serverName])
    error: login.error
    onActiveFocusChanged: if (activeFocus) again.forceActiveFocus()

    PProgress { width: parent.width; indeterminate: true }
    PButton {
        id: again
        width: parent.width
        iconName: "external-link"
        text: qsTrId("login.browser_again")
        onClicked: card.login.openAgain()
    }
    PButton {
        objectName: "cancelBrowser"
        width: parent.width
        kind: "quiet"
        text: qsTrId("login.cancel")
        onClicked: card.login.cancel()
    }
}
