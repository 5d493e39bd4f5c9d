import QtQuick
import Parlour.Controls
import Parlour.Theme

// The ways into the chosen server: password, providers, its own page.
AuthCard {
    id: card

    required property var login

    title: login.continuing ? qsTrId("login.again_title") : login.adding ? qsTrId("login.add_title") : qsTrId("login.welcome_title")
    lead: login.continuing ? qsTrId("login.again_lead") : qsTrId("login.welcome_lead")
    error: login.error
    canGoBack: login.adding
    onBack: login.leave()
    onActiveFocusChanged: if (activeFocus) (userName.text === "" ? userName : password).forceActiveFocus()

    function submit() {
        if (userName.text === "")
            userName.forceActiveFocus();
        card.login.signIn(userName.text, password.text);
    }

    ServerRow { width: parent.width; login: card.login; changeable: !card.login.continuing && !card.login.busy }
    PText {
        width: parent.width
        visible: card.login.insecure
        text: qsTrId("login.server_insecure")
        role: "small"
        color: Theme.warning
        wrapMode: Text.Wrap
    }

    Column {
        width: parent.width
        spacing: Theme.space16
        visible: card.login.hasPassword

        PTextField {
            id: userName
            objectName: "userName"
            width: parent.width
            label: qsTrId("login.username")
            text: card.login.userName
            readOnly: card.login.continuing
            enabled: !card.login.busy
            inputMethodHints: Qt.ImhNoAutoUppercase | Qt.ImhNoPredictiveText
            onEdited: card.login.clearError()
            onAccepted: password.forceActiveFocus()
        }
        PTextField {
            id: password
            objectName: "password"
            width: parent.width
            label: qsTrId("login.password")
            secret: true
            enabled: !card.login.busy
            onEdited: card.login.clearError()
            onAccepted: card.submit()
        }
        PButton {
            objectName: "signIn"
            width: parent.width
            kind: "primary"
            text: card.login.busy ? qsTrId("login.signing_in") : qsTrId("login.sign_in")
            busy: card.login.busy
            onClicked: card.submit()
        }
    }

    OrLine {
        width: parent.width
        visible: card.login.hasPassword && (card.login.hasSso || card.login.hasOauth || card.login.hasQr)
    }

    PButton {
        width: parent.width
        visible: card.login.hasOauth
        kind: card.login.hasPassword ? "secondary" : "primary"
        iconName: "external-link"
        text: qsTrId("login.oauth_continue")
        enabled: !card.login.busy
        onClicked: card.login.signInInBrowser(false)
    }
    Repeater {
        model: card.login.hasSso ? card.login.providers : []
        PButton {
            required property var modelData
            width: parent.width
            iconName: "key-round"
            text: Words.text("login.sso_continue_with", [modelData.name])
            enabled: !card.login.busy
            onClicked: card.login.signInWith(modelData.providerId)
        }
    }
    PButton {
        width: parent.width
        visible: card.login.hasSso && !card.login.hasOauth && card.login.providers.length === 0
        iconName: "key-round"
        text: qsTrId("login.sso_continue")
        enabled: !card.login.busy
        onClicked: card.login.signInWith("")
    }
    PButton {
        objectName: "signInWithQr"
        width: parent.width
        visible: card.login.hasQr
        iconName: "qr-code"
        text: qsTrId("login.qr_sign_in")
        enabled: !card.login.busy
        onClicked: card.login.goTo("qr")
    }
    PText {
        width: parent.width
        visible: !card.login.hasPassword && !card.login.hasSso && !card.login.hasOauth
        text: qsTrId("login.no_way_in")
        wrapMode: Text.Wrap
        muted: true
    }

    Flow {
        readonly property real natural: children.reduce((sum, item) => sum + (item.visible ? item.implicitWidth + spacing : 0), 0)
        width: Math.min(parent.width, natural)
        anchors.horizontalCenter: parent.horizontalCenter
        spacing: Theme.space4
        visible: !card.login.continuing

        PText { text: qsTrId("login.new_here"); role: "small"; muted: true; visible: card.login.canRegister; height: create.height }
        PLink {
            id: create
            objectName: "createAccount"
            small: true
            visible: card.login.canRegister
            text: qsTrId("login.create_account")
            onClicked: card.login.registersInBrowser ? card.login.signInInBrowser(true) : card.login.goTo("register")
        }
        PText { text: "·"; role: "small"; muted: true; visible: card.login.canRegister && card.login.hasPassword; height: create.height; Accessible.ignored: true }
        PLink {
            objectName: "forgotPassword"
            small: true
            visible: card.login.hasPassword
            text: qsTrId("login.forgot_password")
            onClicked: card.login.goTo("forgot")
        }
    }
}
