import QtQuick
import Parlour.Controls
import Parlour.Theme

// Which server? Asked once; remembered afterwards.
AuthCard {
    id: card

    required property var login

    title: qsTrId("login.server_title")
    lead: qsTrId("login.server_lead")
    error: login.error
    canGoBack: login.serverName !== ""
    onBack: login.goTo("sign_in")
    onActiveFocusChanged: if (activeFocus) field.forceActiveFocus()

    PTextField {
        id: field
        objectName: "serverField"
        width: parent.width
        label: qsTrId("login.server")
        placeholderText: qsTrId("login.server_hint")
        text: card.login.serverName
        inputMethodHints: Qt.ImhUrlCharactersOnly | Qt.ImhNoAutoUppercase
        enabled: !card.login.busy
        onEdited: card.login.clearError()
        onAccepted: card.login.lookUp(text)
    }
    PButton {
        objectName: "serverContinue"
        width: parent.width
        kind: "primary"
        text: card.login.busy ? Words.text("login.server_looking", [field.text]) : qsTrId("login.server_continue")
        busy: card.login.busy
        onClicked: card.login.lookUp(field.text)
    }
    PButton {
        width: parent.width
        visible: card.login.busy
        text: qsTrId("login.cancel")
        onClicked: card.login.cancel()
    }
}
