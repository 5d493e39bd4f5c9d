import QtQuick
import Parlour.Controls
import Parlour.Theme

// Everything before somebody is signed in. `app.login.page` says which card is shown.
Item {
    id: root

    readonly property var login: app.login
    readonly property var registration: app.registration
    readonly property var prompt: app.prompt

    function card() {
        if (root.prompt.active)
            return stage;
        switch (root.login.page) {
        case "sign_in": return signIn;
        case "browser": return browser;
        case "register": return register;
        case "forgot": return forgot;
        case "qr": return qr;
        default: return server;
        }
    }

    // Where somebody signed in last is where they most likely want to sign in again.
    Component.onCompleted: {
        if (login.serverName === "" && !login.busy && app.preferences.lastServer !== "")
            login.lookUp(app.preferences.lastServer);
    }
    Connections {
        target: root.login
        function onSignedIn() {
            app.preferences.lastServer = root.login.serverUrl.startsWith("http:") ? root.login.serverUrl : root.login.serverName;
        }
    }

    Loader {
        id: loader
        anchors.fill: parent
        focus: true
        sourceComponent: root.card()
        onLoaded: item.forceActiveFocus()
    }

    Component {
        id: server
        ServerCard { login: root.login }
    }
    Component {
        id: signIn
        SignInCard { login: root.login }
    }
    Component {
        id: browser
        BrowserCard { login: root.login }
    }
    Component {
        id: register
        RegisterCard { login: root.login; registration: root.registration }
    }
    Component {
        id: forgot
        ForgotCard { login: root.login; forgotten: app.forgottenPassword }
    }
    Component {
        id: qr
        QrCard { login: root.login; meeting: app.qrSignIn }
    }
    Component {
        id: stage
        StageCard { prompt: root.prompt }
    }
}
