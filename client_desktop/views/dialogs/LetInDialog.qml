import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../login"

// Letting another device of one's own sign in.
PDialog {
    id: dialog

    property var args: ({})
    readonly property var it: app.dialogs.letIn
    readonly property string stage: it.stage

    title: {
        switch (stage) {
        case "type": return qsTrId("login.qr_type_title");
        case "digits": return qsTrId("login.qr_digits_title");
        case "page": return qsTrId("dialogs.let_in_page_title");
        case "done": return qsTrId("dialogs.let_in_done_title");
        case "failed": return qsTrId("login.qr_failed_title");
        default: return qsTrId("dialogs.let_in_title");
        }
    }
    description: {
        switch (stage) {
        case "code": return qsTrId("dialogs.let_in_lead");
        case "scan": return qsTrId("dialogs.let_in_scan_lead");
        case "type": return qsTrId("dialogs.let_in_type_lead");
        case "digits": return qsTrId("dialogs.let_in_digits_lead");
        case "page": return qsTrId("dialogs.let_in_page_lead");
        case "done": return qsTrId("dialogs.let_in_done_lead");
        default: return "";
        }
    }
    closePolicy: PDialog.NoAutoClose
    onAboutToShow: it.showCode()
    onClosed: it.cancel()

    contentItem: Column {
        spacing: Theme.space16
        ErrorLine { width: parent.width; text: dialog.it.error }
        QrSteps { width: parent.width; meeting: dialog.it }
        PLink {
            objectName: "letInOther"
            anchors.horizontalCenter: parent.horizontalCenter
            visible: dialog.stage === "code" || dialog.stage === "scan"
            small: true
            text: dialog.stage === "scan" ? qsTrId("login.qr_show_instead") : qsTrId("login.qr_scan_instead")
            onClicked: dialog.stage === "scan" ? dialog.it.showCode() : dialog.it.wantScan()
        }
        Icon { visible: dialog.stage === "done"; name: "shield-check"; color: Theme.success; size: Theme.px(56); anchors.horizontalCenter: parent.horizontalCenter }
    }
    actions: [
        PButton { visible: dialog.stage !== "done"; text: qsTrId("encryption.cancel"); onClicked: dialog.close() },
        PButton { visible: dialog.stage === "page"; iconName: "external-link"; text: qsTrId("dialogs.let_in_page_again"); onClicked: dialog.it.openPage() },
        PButton { objectName: "letInAgain"; visible: dialog.stage === "failed"; kind: "primary"; text: qsTrId("login.qr_again"); onClicked: dialog.it.showCode() },
        PButton { objectName: "letInDone"; visible: dialog.stage === "done"; kind: "primary"; text: qsTrId("encryption.done_close"); onClicked: dialog.close() }
    ]
}
