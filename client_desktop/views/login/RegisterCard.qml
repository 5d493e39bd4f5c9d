import QtQuick
import Parlour.Controls
import Parlour.Theme

// A name, a password, and an account: stages that the server wants come afterwards.
AuthCard {
    id: card

    required property var login
    required property var registration

    title: qsTrId("login.register_title")
    lead: name.text === "" || login.userServer === "" ? qsTrId("login.register_lead_plain")
                           : Words.text("login.register_lead", ["@" + name.text + ":" + login.userServer])
    error: registration.error
    canGoBack: !registration.busy
    onBack: login.goTo("sign_in")
    onActiveFocusChanged: if (activeFocus) name.forceActiveFocus()

    ServerRow { width: parent.width; login: card.login; changeable: !card.registration.busy }
    PTextField {
        id: name
        objectName: "newName"
        width: parent.width
        label: qsTrId("login.username")
        help: card.registration.nameIsFree ? qsTrId("login.register_name_free") : ""
        error: card.registration.nameProblem
        enabled: !card.registration.busy
        inputMethodHints: Qt.ImhNoAutoUppercase | Qt.ImhNoPredictiveText
        onEdited: { card.registration.clearError(); card.registration.checkName(text); }
        onAccepted: password.forceActiveFocus()
    }
    PTextField {
        id: password
        objectName: "newPassword"
        width: parent.width
        label: qsTrId("login.password")
        help: Words.text("login.register_password_hint", ["8"])
        secret: true
        enabled: !card.registration.busy
        onEdited: card.registration.clearError()
        onAccepted: card.registration.register(name.text, text)
    }
    PButton {
        objectName: "register"
        width: parent.width
        kind: "primary"
        text: card.registration.busy ? qsTrId("login.register_working") : qsTrId("login.register_submit")
        busy: card.registration.busy
        onClicked: card.registration.register(name.text, password.text)
    }
    Row {
        anchors.horizontalCenter: parent.horizontalCenter
        spacing: Theme.space4
        PText { text: qsTrId("login.have_account"); role: "small"; muted: true; height: back.height }
        PLink { id: back; small: true; text: qsTrId("login.sign_in"); onClicked: card.login.goTo("sign_in") }
    }
}
