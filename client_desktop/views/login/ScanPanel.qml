import QtQuick
import QtQuick.Dialogs
import Parlour.Controls
import Parlour.Theme

// Read a QR code: through the camera where there is one, from a picture or the clipboard everywhere.
Column {
    id: panel

    readonly property var scanner: app.scanner

    signal found(string code)

    spacing: Theme.space12
    Component.onCompleted: { scanner.look(); scanner.start(); }
    Component.onDestruction: scanner.stop()

    Connections {
        target: panel.scanner
        function onFound(code) { panel.found(code); }
    }

    Rectangle {
        visible: panel.scanner.hasCamera
        width: parent.width
        height: Math.round(width * 0.625)
        radius: Theme.radiusMedium
        color: Theme.sunken
        clip: true
        Image {
            anchors.fill: parent
            source: panel.scanner.frameSource
            cache: false
            fillMode: Image.PreserveAspectCrop
            Accessible.role: Accessible.Graphic
            Accessible.name: qsTrId("login.scan_camera")
        }
        Icon { anchors.centerIn: parent; visible: panel.scanner.frameSource === ""; name: "camera"; size: Theme.px(32); color: Theme.textFaint }
    }
    Rectangle {
        visible: !panel.scanner.hasCamera
        width: parent.width
        height: Theme.px(96)
        radius: Theme.radiusMedium
        color: Theme.sunken
        Icon { anchors.centerIn: parent; name: "scan-qr-code"; size: Theme.px(40); color: Theme.textFaint }
    }
    PText {
        width: parent.width
        role: "small"
        muted: panel.scanner.problem === ""
        color: panel.scanner.problem === "" ? Theme.textMuted : Theme.danger
        wrapMode: Text.Wrap
        horizontalAlignment: Text.AlignHCenter
        text: panel.scanner.problem === "no_code" ? qsTrId("login.scan_no_code")
              : panel.scanner.problem === "no_picture" ? qsTrId("login.scan_no_picture")
              : panel.scanner.hasCamera ? qsTrId("login.scan_aim") : qsTrId("login.scan_no_camera")
    }
    Row {
        width: parent.width
        spacing: Theme.space8
        PButton { objectName: "scanPicture"; width: (parent.width - parent.spacing) / 2; text: qsTrId("login.scan_choose"); onClicked: files.open() }
        PButton { objectName: "scanPaste"; width: (parent.width - parent.spacing) / 2; text: qsTrId("login.scan_paste"); onClicked: panel.scanner.paste() }
    }
    FileDialog {
        id: files
        nameFilters: [qsTrId("login.scan_pictures") + " (*.png *.jpg *.jpeg *.webp *.gif *.bmp)"]
        onAccepted: panel.scanner.open(selectedFile.toString())
    }
}
