import QtQuick
import Parlour.Controls
import Parlour.Theme

// The fields of one stage, for a card (making an account) or a dialog (proving who one is).
FocusScope {
    id: form

    required property var prompt
    readonly property string kind: prompt.kind
    readonly property string error: prompt.error
    readonly property string title: qsTrId("login.stage_" + titleWord())
    readonly property string lead: kind === "email_sent" ? Words.text("login.stage_email_sent", [prompt.stage?.email ?? ""])
                                                         : qsTrId("login.stage_" + titleWord() + "_lead")

    function titleWord() {
        switch (kind) {
        case "terms": return "terms";
        case "registration_token": return "token";
        case "email": return "email";
        case "email_sent": return "email";
        case "browser": return (prompt.stage?.stageType ?? "") === "m.login.recaptcha" ? "captcha" : "browser";
        case "oauth": return "browser";
        default: return "password";
        }
    }

    implicitHeight: loader.implicitHeight
    implicitWidth: Theme.px(320)

    Loader {
        id: loader
        width: parent.width
        focus: true
        sourceComponent: form.kind === "terms" ? terms
                         : form.kind === "browser" || form.kind === "oauth" ? browser
                         : form.kind === "email_sent" ? mail : field
    }

    Component {
        id: field
        Column {
            spacing: Theme.space16
            PTextField {
                id: input
                objectName: "stageField"
                width: parent.width
                focus: true
                label: form.kind === "registration_token" ? qsTrId("login.stage_token_field")
                       : form.kind === "email" ? qsTrId("login.stage_email_field") : qsTrId("login.password")
                secret: form.kind === "password"
                onAccepted: give()

                function give() {
                    if (text === "")
                        return;
                    if (form.kind === "registration_token")
                        form.prompt.giveToken(text);
                    else if (form.kind === "email")
                        form.prompt.giveEmail(text);
                    else
                        form.prompt.givePassword(text);
                }
            }
            PButton {
                objectName: "stageContinue"
                width: parent.width
                kind: "primary"
                enabled: input.text !== ""
                text: form.kind === "email" ? qsTrId("login.stage_email_send") : qsTrId("login.stage_continue")
                onClicked: input.give()
            }
        }
    }

    Component {
        id: terms
        Column {
            id: agreements
            property int agreed: 0
            spacing: Theme.space12
            Repeater {
                model: form.prompt.policies
                Item {
                    id: policy
                    required property var modelData
                    width: agreements.width
                    height: box.implicitHeight
                    PCheckBox {
                        id: box
                        focus: true
                        text: Words.text("login.stage_terms_agree", [policy.modelData.name])
                        anchors { left: parent.left; right: read.left; rightMargin: Theme.space8 }
                        onToggled: agreements.agreed += checked ? 1 : -1
                    }
                    PLink {
                        id: read
                        small: true
                        text: qsTrId("login.stage_terms_read")
                        anchors { right: parent.right; verticalCenter: parent.verticalCenter }
                        onClicked: form.prompt.openPolicy(policy.modelData.url)
                    }
                }
            }
            PButton {
                objectName: "stageContinue"
                width: parent.width
                kind: "primary"
                enabled: agreements.agreed === form.prompt.policies.length
                text: qsTrId("login.stage_continue")
                onClicked: form.prompt.done()
            }
        }
    }

    Component {
        id: browser
        Column {
            spacing: Theme.space8
            PButton {
                focus: true
                width: parent.width
                kind: "primary"
                iconName: "external-link"
                text: qsTrId("login.stage_browser_open")
                onClicked: form.prompt.openPage()
            }
            PButton {
                objectName: "stageContinue"
                width: parent.width
                text: qsTrId("login.stage_browser_done")
                onClicked: form.prompt.done()
            }
        }
    }

    Component {
        id: mail
        PButton {
            objectName: "stageContinue"
            focus: true
            width: form.width
            kind: "primary"
            text: qsTrId("login.stage_email_done")
            onClicked: form.prompt.done()
        }
    }
}
