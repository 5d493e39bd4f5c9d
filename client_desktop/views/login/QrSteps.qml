import QtQuick
import Parlour.Controls
import Parlour.Theme

// What either of two devices shows while they come together by a QR code. Its frame says the words above it.
Column {
    id: steps

    required property var meeting
    readonly property string stage: meeting.stage

    spacing: Theme.space16

    PProgress {
        width: parent.width
        visible: steps.stage === "preparing" || steps.stage === "page"
        indeterminate: true
    }
    QrCodePicture {
        visible: steps.stage === "code"
        anchors.horizontalCenter: parent.horizontalCenter
        source: steps.meeting.qrSource
        name: qsTrId("login.qr_code_name")
    }
    Loader {
        width: parent.width
        active: steps.stage === "scan"
        visible: active
        sourceComponent: ScanPanel { onFound: code => steps.meeting.scan(code) }
    }
    Column {
        visible: steps.stage === "type"
        width: parent.width
        spacing: Theme.space16
        onVisibleChanged: if (visible) { digits.text = ""; digits.forceActiveFocus(); }
        PTextField {
            id: digits
            objectName: "checkDigits"
            width: parent.width
            label: qsTrId("login.qr_type_field")
            maximumLength: 2
            inputMethodHints: Qt.ImhDigitsOnly
            onAccepted: steps.meeting.typeDigits(text)
        }
        PButton {
            objectName: "checkContinue"
            width: parent.width
            kind: "primary"
            enabled: digits.text.length === 2
            text: qsTrId("login.qr_continue")
            onClicked: steps.meeting.typeDigits(digits.text)
        }
    }
    PText {
        objectName: "shownDigits"
        visible: steps.stage === "digits"
        width: parent.width
        horizontalAlignment: Text.AlignHCenter
        text: steps.meeting.digits
        role: "display"
        font { pixelSize: Theme.px(48); letterSpacing: Theme.px(10); features: Theme.tabularFigures }
        Accessible.name: steps.meeting.digits.split("").join(" ")
    }
    PText {
        visible: steps.meeting.userCode !== "" && (steps.stage === "page" || steps.stage === "digits")
        width: parent.width
        horizontalAlignment: Text.AlignHCenter
        role: "small"
        muted: true
        wrapMode: Text.Wrap
        text: Words.text("login.qr_user_code", [steps.meeting.userCode])
    }
}
