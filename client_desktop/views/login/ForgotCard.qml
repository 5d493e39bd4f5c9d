import QtQuick
import Parlour.Controls
import Parlour.Theme

// A new password for an account whose mail address can be proved.
AuthCard {
    id: card

    required property var login
    required property var forgotten

    title: qsTrId("login.forgot_title")
    lead: forgotten.finished ? qsTrId("login.forgot_done") : qsTrId("login.forgot_lead")
    error: forgotten.error
    canGoBack: !forgotten.busy
    onBack: login.goTo("sign_in")
    onActiveFocusChanged: if (activeFocus) password.forceActiveFocus()

    ServerRow { width: parent.width; login: card.login; changeable: false }
    PTextField {
        id: password
        objectName: "freshPassword"
        width: parent.width
        visible: !card.forgotten.finished
        label: qsTrId("login.forgot_new")
        help: Words.text("login.register_password_hint", ["8"])
        secret: true
        enabled: !card.forgotten.busy
        onEdited: card.forgotten.clearError()
        onAccepted: card.forgotten.submit(text, everywhere.checked)
    }
    PCheckBox {
        id: everywhere
        width: parent.width
        visible: !card.forgotten.finished
        text: qsTrId("login.forgot_sign_out")
        checked: true
    }
    PButton {
        objectName: "setPassword"
        width: parent.width
        kind: "primary"
        busy: card.forgotten.busy
        text: card.forgotten.finished ? qsTrId("login.sign_in") : qsTrId("login.forgot_submit")
        onClicked: card.forgotten.finished ? card.login.goTo("sign_in") : card.forgotten.submit(password.text, everywhere.checked)
    }
}
