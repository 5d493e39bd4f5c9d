import QtQuick
import Parlour.Controls
import Parlour.Theme

// Signing in with the help of a device that is signed in.
AuthCard {
    id: card

    required property var login
    required property var meeting
    readonly property string stage: meeting.stage

    title: {
        switch (stage) {
        case "scan": return qsTrId("login.qr_scan_title");
        case "type": return qsTrId("login.qr_type_title");
        case "digits": return qsTrId("login.qr_digits_title");
        case "page": return qsTrId("login.qr_page_title");
        case "failed": return qsTrId("login.qr_failed_title");
        default: return qsTrId("login.qr_title");
        }
    }
    lead: {
        switch (stage) {
        case "code": return qsTrId("login.qr_lead");
        case "scan": return qsTrId("login.qr_scan_lead");
        case "type": return qsTrId("login.qr_type_lead");
        case "digits": return qsTrId("login.qr_digits_lead");
        case "page": return qsTrId("login.qr_page_lead");
        case "failed": return "";
        default: return qsTrId("login.qr_preparing");
        }
    }
    error: meeting.error
    canGoBack: true
    onBack: login.goTo("sign_in")
    Component.onCompleted: meeting.showCode()
    Component.onDestruction: meeting.cancel()

    QrSteps { width: parent.width; meeting: card.meeting }
    PButton {
        objectName: "qrAgain"
        width: parent.width
        visible: card.stage === "failed"
        kind: "primary"
        text: qsTrId("login.qr_again")
        onClicked: card.meeting.showCode()
    }
    PLink {
        objectName: "qrOther"
        anchors.horizontalCenter: parent.horizontalCenter
        visible: card.stage === "code" || card.stage === "scan"
        small: true
        text: card.stage === "scan" ? qsTrId("login.qr_show_instead") : qsTrId("login.qr_scan_instead")
        onClicked: card.stage === "scan" ? card.meeting.showCode() : card.meeting.wantScan()
    }
}
