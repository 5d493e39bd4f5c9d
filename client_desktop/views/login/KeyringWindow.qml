import QtQuick
import QtQuick.Controls.Basic
import Parlour.Controls
import Parlour.Theme

// Before anything else can be shown: the keyring that holds the key of the sign-ins is locked.
ApplicationWindow {
    id: window

    signal answered(bool again)

    width: Theme.px(520)
    height: Theme.px(420)
    visible: true
    title: "Parlour"
    color: Theme.sunken
    font.family: Theme.sans
    font.pixelSize: Theme.sizeBody
    LayoutMirroring.enabled: Application.layoutDirection === Qt.RightToLeft
    LayoutMirroring.childrenInherit: true
    onClosing: window.answered(false)

    AuthCard {
        anchors.fill: parent
        title: qsTrId("login.keyring_title")
        lead: qsTrId("login.keyring_lead")

        PButton {
            objectName: "keyringAgain"
            width: parent.width
            kind: "primary"
            focus: true
            text: qsTrId("login.keyring_again")
            onClicked: window.answered(true)
        }
        PButton {
            objectName: "keyringLeave"
            width: parent.width
            kind: "quiet"
            text: qsTrId("login.keyring_leave")
            onClicked: window.answered(false)
        }
    }
}
