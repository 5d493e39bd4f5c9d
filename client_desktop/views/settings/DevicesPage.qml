import QtQuick
import Parlour.Controls
import Parlour.Theme

PageColumn {
    id: page

    readonly property var devices: app.settings.devices
    readonly property bool thisUnverified: app.encryption.identityExists && !app.encryption.deviceVerified

    title: qsTrId("settings.page_devices")
    lead: qsTrId("settings.devices_lead")
    error: devices.error
    Component.onCompleted: { devices.refresh(); app.dialogs.letIn.look(); }

    PBanner {
        width: parent.width
        visible: page.thisUnverified || page.devices.unverified > 0
        title: page.thisUnverified ? qsTrId("settings.devices_this_unverified_title")
                                   : Words.text("settings.devices_unverified_title", [], page.devices.unverified)
        text: page.thisUnverified ? qsTrId("settings.devices_this_unverified_text") : qsTrId("settings.devices_unverified_text")
        PButton {
            visible: page.thisUnverified
            objectName: "verifyThisDevice"
            kind: "primary"
            text: qsTrId("settings.devices_verify_this")
            onClicked: app.openDialog("verifyDevice")
        }
    }

    Group {
        title: qsTrId("settings.devices_current")
        bare: true
        PSkeleton { width: parent.width; height: Theme.px(68); visible: !page.devices.loaded }
        DeviceCard {
            width: parent.width
            visible: page.devices.current !== null && page.devices.current !== undefined
            device: page.devices.current
            busy: page.devices.busy
            onRename: rename.ask(device)
        }
    }

    Group {
        title: qsTrId("settings.devices_others")
        bare: true
        gap: Theme.space8 + 2
        PText {
            visible: page.devices.loaded && page.devices.others.count === 0
            text: qsTrId("settings.devices_none")
            muted: true
            width: parent.width
            wrapMode: Text.Wrap
        }
        Repeater {
            model: page.devices.others
            DeviceCard {
                required property var row
                width: parent.width
                device: row
                busy: page.devices.busy
                onRename: rename.ask(device)
                onSignOut: leave.ask(device)
                onVerify: app.openDialogWith("verification", { "userId": app.session.userId, "deviceId": device.deviceId })
            }
        }
        PButton {
            objectName: "signOutAll"
            visible: page.devices.others.count > 0
            kind: "danger"
            text: qsTrId("settings.devices_sign_out_all")
            busy: page.devices.busy
            onClicked: leave.ask(null)
        }
    }

    Group {
        visible: app.dialogs.letIn.possible
        SettingRow {
            width: parent.width
            title: qsTrId("settings.devices_let_in")
            text: qsTrId("settings.devices_let_in_text")
            PButton {
                objectName: "letIn"
                iconName: "qr-code"
                text: qsTrId("login.qr_code_show")
                onClicked: app.openDialog("letIn")
            }
        }
    }

    PDialog {
        id: rename
        property var device: null
        title: qsTrId("settings.devices_rename")
        function ask(wanted) { device = wanted; name.text = wanted.name; open(); name.selectAll(); name.forceActiveFocus(); }
        function give() { page.devices.rename(device.deviceId, name.text); close(); }
        contentItem: PTextField {
            id: name
            objectName: "deviceName"
            label: qsTrId("settings.devices_rename_field")
            maximumLength: 100
            onAccepted: rename.give()
        }
        actions: [
            PButton { text: qsTrId("settings.cancel"); onClicked: rename.close() },
            PButton { kind: "primary"; text: qsTrId("settings.save"); enabled: name.text.trim() !== ""; onClicked: rename.give() }
        ]
    }
    PDialog {
        id: leave
        property var device: null
        title: device === null ? Words.text("settings.devices_sign_out_all_title", [], page.devices.others.count)
                               : Words.text("settings.devices_sign_out_title", [device.name])
        description: qsTrId("settings.devices_sign_out_text")
        function ask(wanted) { device = wanted; open(); }
        actions: [
            PButton { text: qsTrId("settings.cancel"); onClicked: leave.close() },
            PButton {
                objectName: "confirmSignOut"
                kind: "danger"
                text: qsTrId("settings.devices_sign_out")
                onClicked: {
                    leave.close();
                    if (leave.device === null)
                        page.devices.signOutAll();
                    else
                        page.devices.signOut(leave.device.deviceId);
                }
            }
        ]
    }
}
