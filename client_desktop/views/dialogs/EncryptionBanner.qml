import QtQuick
import Parlour.Controls
import Parlour.Theme

// What is still to be done about encryption, as a line that can be put away. Takes no room while there is nothing.
PBanner {
    id: banner

    readonly property string step: app.encryption.banner

    visible: step !== ""
    height: visible ? implicitHeight : 0
    kind: step === "verify" ? "mention" : "info"
    iconName: step === "verify" ? "shield-alert" : "key-round"
    title: step === "" ? "" : qsTrId("encryption.banner_" + step + "_title")
    text: step === "" ? "" : qsTrId("encryption.banner_" + step + "_text")
    dismissible: true
    onDismissed: app.encryption.dismiss()

    PButton {
        objectName: "encryptionBannerAction"
        small: true
        kind: "primary"
        text: banner.step === "verify" ? qsTrId("encryption.banner_verify_title")
              : banner.step === "backup" ? qsTrId("encryption.banner_backup_action") : qsTrId("encryption.banner_set_up_action")
        onClicked: {
            if (banner.step === "backup")
                app.settings.keys.turnOn();
            else
                app.openDialog(banner.step === "verify" ? "verifyDevice" : "setUpRecovery");
        }
    }
}
