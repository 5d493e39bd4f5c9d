import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../login"

// One verification, from the question to the answer.
PDialog {
    id: dialog

    property var args: ({})
    readonly property var it: app.dialogs.verification
    readonly property string stage: it.stage
    readonly property bool asked: it.incoming && stage === "requested"
    property bool scanning: false
    readonly property bool over: stage === "done" || stage === "cancelled"

    title: {
        switch (stage) {
        case "": return it.own ? qsTrId("encryption.verify_title") : Words.text("encryption.verify_person_title", [it.name]);
        case "requested": return !it.incoming ? qsTrId("encryption.waiting_title")
                                 : it.own ? qsTrId("encryption.request_own_title") : Words.text("encryption.request_other_title", [it.name]);
        case "ready": return qsTrId("encryption.choose_title");
        case "started": return qsTrId("encryption.exchanging");
        case "compare": return qsTrId("encryption.compare_title");
        case "confirmed": return qsTrId("encryption.confirmed_title");
        case "scanned": return qsTrId("encryption.scanned_title");
        case "done": return qsTrId("encryption.done_own_title");
        default: return qsTrId("encryption.cancelled_title");
        }
    }
    description: {
        switch (stage) {
        case "": return it.own ? qsTrId("encryption.verify_with_device_text") : Words.text("encryption.verify_person_lead", [it.name]);
        case "requested": return it.incoming ? qsTrId("encryption.request_text")
                                 : it.own ? qsTrId("encryption.waiting_own") : Words.text("encryption.waiting_other", [it.name]);
        case "compare": return qsTrId("encryption.compare_lead");
        case "scanned": return qsTrId("encryption.scanned_lead");
        case "done": return it.own ? qsTrId("encryption.done_own_text") : Words.text("encryption.done_other_text", [it.name]);
        case "cancelled": return it.reason;
        default: return "";
        }
    }
    closePolicy: PDialog.NoAutoClose
    onAboutToShow: {
        if (args.verificationId) {
            it.look(args.verificationId);
            return;
        }
        it.begin(args.userId ?? "", args.deviceId ?? "", args.roomId ?? "");
        if (args.start && it.stage === "")
            it.request();
    }
    onClosed: over ? it.dismiss() : it.cancel()

    contentItem: Column {
        spacing: Theme.space16
        ErrorLine { width: parent.width; text: dialog.it.error }

        PProgress {
            width: parent.width
            visible: (dialog.stage === "requested" && !dialog.it.incoming) || dialog.stage === "started" || dialog.stage === "confirmed"
            indeterminate: true
        }

        // READY: a code to scan, or emoji.
        Column {
            visible: dialog.stage === "ready"
            width: parent.width
            spacing: Theme.space12
            PText { visible: dialog.it.qrSource !== "" || dialog.scanning; text: dialog.scanning ? qsTrId("encryption.scan_lead") : qsTrId("encryption.choose_scan"); muted: true; width: parent.width; wrapMode: Text.Wrap; horizontalAlignment: Text.AlignHCenter }
            QrCodePicture {
                visible: dialog.it.qrSource !== "" && !dialog.scanning
                anchors.horizontalCenter: parent.horizontalCenter
                source: dialog.it.qrSource
                name: qsTrId("encryption.choose_qr_name")
            }
            Loader {
                width: parent.width
                active: dialog.scanning && dialog.stage === "ready"
                visible: active
                sourceComponent: ScanPanel { onFound: code => dialog.it.scan(code) }
            }
            PLink {
                objectName: "scanTheirs"
                anchors.horizontalCenter: parent.horizontalCenter
                visible: dialog.it.canScan
                small: true
                text: dialog.scanning ? qsTrId("login.qr_show_instead") : qsTrId("encryption.choose_scan_theirs")
                onClicked: dialog.scanning = !dialog.scanning
            }
        }

        // COMPARE: seven emoji with their names, or three numbers.
        Flow {
            id: sas
            objectName: "emoji"
            visible: dialog.stage === "compare" && dialog.it.emoji.length > 0
            width: 4 * Theme.px(86) + 3 * spacing
            anchors.horizontalCenter: parent.horizontalCenter
            spacing: Theme.space4
            Repeater {
                model: dialog.it.emoji
                Column {
                    required property var modelData
                    required property int index
                    width: Theme.px(86) + leftPadding
                    // The second line of three stands in the middle below the four of the first.
                    leftPadding: index === 4 ? (Theme.px(86) + sas.spacing) / 2 : 0
                    topPadding: Theme.space4
                    spacing: Theme.px(2)
                    Text { text: parent.modelData.emoji; font.pixelSize: Theme.px(34); width: Theme.px(86); horizontalAlignment: Text.AlignHCenter; Accessible.ignored: true }
                    PText { text: parent.modelData.name; role: "small"; width: Theme.px(86); horizontalAlignment: Text.AlignHCenter; elide: Text.ElideRight }
                }
            }
        }
        Row {
            visible: dialog.stage === "compare" && dialog.it.emoji.length === 0
            anchors.horizontalCenter: parent.horizontalCenter
            spacing: Theme.space24
            Repeater { model: dialog.it.numbers; PText { required property string modelData; text: modelData; role: "display"; font.features: Theme.tabularFigures } }
        }

        Icon { visible: dialog.stage === "done"; name: "shield-check"; color: Theme.success; size: Theme.px(56); anchors.horizontalCenter: parent.horizontalCenter }
        Icon { visible: dialog.stage === "cancelled"; name: "shield-alert"; color: Theme.warning; size: Theme.px(56); anchors.horizontalCenter: parent.horizontalCenter }
    }

    actions: [
        PButton { objectName: "declineVerification"; visible: dialog.asked; text: qsTrId("encryption.request_decline"); onClicked: dialog.close() },
        PButton { objectName: "acceptVerification"; visible: dialog.asked; kind: "primary"; busy: dialog.it.busy; text: qsTrId("encryption.request_accept"); onClicked: dialog.it.accept() },
        PButton { visible: dialog.stage === ""; text: qsTrId("encryption.cancel"); onClicked: dialog.close() },
        PButton { objectName: "startVerification"; visible: dialog.stage === ""; kind: "primary"; busy: dialog.it.busy; text: qsTrId("encryption.verify_start"); onClicked: dialog.it.request() },
        PButton { visible: (dialog.stage === "requested" && !dialog.it.incoming) || dialog.stage === "started" || dialog.stage === "confirmed" || dialog.stage === "ready"; text: qsTrId("encryption.cancel"); onClicked: dialog.close() },
        PButton { objectName: "compareEmoji"; visible: dialog.stage === "ready" && dialog.it.canCompare; kind: dialog.it.qrSource === "" ? "primary" : "secondary"; busy: dialog.it.busy; text: qsTrId("encryption.choose_emoji"); onClicked: dialog.it.compareEmoji() },
        PButton { objectName: "emojiDiffer"; visible: dialog.stage === "compare"; kind: "danger"; text: qsTrId("encryption.compare_differ"); onClicked: dialog.it.mismatch() },
        PButton { objectName: "emojiMatch"; visible: dialog.stage === "compare"; kind: "primary"; busy: dialog.it.busy; text: qsTrId("encryption.compare_match"); onClicked: dialog.it.match() },
        PButton { visible: dialog.stage === "scanned"; text: qsTrId("encryption.scanned_no"); onClicked: dialog.it.mismatch() },
        PButton { objectName: "scannedYes"; visible: dialog.stage === "scanned"; kind: "primary"; busy: dialog.it.busy; text: qsTrId("encryption.scanned_yes"); onClicked: dialog.it.match() },
        PButton { visible: dialog.stage === "cancelled" && !dialog.it.incoming; text: qsTrId("encryption.cancelled_again"); onClicked: dialog.it.again() },
        PButton { objectName: "verificationDone"; visible: dialog.over; kind: "primary"; text: qsTrId("encryption.done_close"); onClicked: dialog.close() }
    ]
}
