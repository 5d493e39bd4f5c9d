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
        default: return server;
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
        id: stage
        StageCard { prompt: root.prompt }
    }
}
