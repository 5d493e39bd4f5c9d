import QtQuick
import Parlour.Controls
import Parlour.Theme

// After signing in: how to show that this device is one's own.
PDialog {
    id: dialog

    property var args: ({})

    title: qsTrId("encryption.verify_title")
    description: qsTrId("encryption.verify_lead")
    onOpened: device.forceActiveFocus()

    contentItem: Column {
        spacing: Theme.space8
        Choice { id: device; objectName: "verifyWithDevice"; width: parent.width; iconName: "smartphone"; text: qsTrId("encryption.verify_with_device"); detail: qsTrId("encryption.verify_with_device_text"); onClicked: app.openDialogWith("verification", { "start": true }) }
        Choice { objectName: "verifyWithKey"; width: parent.width; visible: app.encryption.storageExists; iconName: "key-round"; text: qsTrId("encryption.verify_with_key"); detail: qsTrId("encryption.verify_with_key_text"); onClicked: app.openDialog("recover") }
        Row {
            width: parent.width
            topPadding: Theme.space8
            PLink { id: lost; small: true; text: app.encryption.storageExists ? qsTrId("encryption.verify_lost") : qsTrId("encryption.verify_no_device"); onClicked: app.openDialog("resetIdentity") }
            Item { width: parent.width - lost.width - later.width; height: 1 }
            PLink { id: later; small: true; text: qsTrId("encryption.verify_later"); onClicked: dialog.close() }
        }
    }
}
