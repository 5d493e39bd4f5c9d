import QtQuick
import Parlour.Controls
import Parlour.Theme

// What is still to be done about encryption, as a small card that can be put away. No room is taken while there
// is nothing.
Rectangle {
    id: banner

    readonly property string step: app.encryption.banner
    readonly property bool warns: step === "verify"

    visible: step !== ""
    implicitHeight: visible ? column.implicitHeight + 2 * Theme.space12 : 0
    height: implicitHeight
    radius: Theme.radiusMedium
    color: warns ? Theme.mentionSoft : Theme.accentSoft
    Accessible.role: Accessible.Notification
    Accessible.name: title.text + " " + text.text

    Icon {
        id: mark
        name: banner.warns ? "shield-alert" : "key-round"
        size: Theme.px(18)
        color: banner.warns ? Theme.mention : Theme.accent
        anchors { left: parent.left; leftMargin: Theme.space12; top: parent.top; topMargin: Theme.space12 }
    }
    PIconButton {
        id: later
        size: Theme.px(28)
        iconSize: Theme.px(14)
        text: qsTrId("encryption.banner_dismiss")
        iconName: "x"
        anchors { right: parent.right; top: parent.top; margins: Theme.px(6) }
        onClicked: app.encryption.dismiss()
    }
    Column {
        id: column
        spacing: Theme.px(2)
        anchors { left: mark.right; leftMargin: Theme.space8; right: later.left; rightMargin: Theme.space4; top: parent.top; topMargin: Theme.space12 }
        PText {
            id: title
            width: parent.width
            role: "small"
            strong: true
            wrapMode: Text.Wrap
            lineHeight: 1.15
            text: banner.step === "" ? "" : qsTrId("encryption.banner_" + banner.step + "_title")
            Accessible.ignored: true
        }
        PText {
            id: text
            width: parent.width
            role: "small"
            muted: true
            wrapMode: Text.Wrap
            lineHeight: 1.15
            text: banner.step === "" ? "" : qsTrId("encryption.banner_" + banner.step + "_text")
            Accessible.ignored: true
        }
        PLink {
            objectName: "encryptionBannerAction"
            small: true
            text: banner.warns ? qsTrId("encryption.verify_start")
                  : banner.step === "backup" ? qsTrId("encryption.banner_backup_action") : qsTrId("encryption.banner_set_up_action")
            onClicked: {
                if (banner.step === "backup")
                    app.settings.keys.turnOn();
                else
                    app.openDialog(banner.warns ? "verifyDevice" : "setUpRecovery");
            }
        }
    }
}
