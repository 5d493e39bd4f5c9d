import QtQuick
import Parlour.Controls
import Parlour.Theme

// One device: what it is, when it was last used, whether it is verified.
Rectangle {
    id: card

    property var device: null
    property bool busy: false
    readonly property bool own: device?.own ?? false

    signal rename
    signal signOut
    signal verify

    implicitHeight: Math.max(words.implicitHeight, Theme.px(38)) + 2 * Theme.px(15)
    radius: Theme.radiusMedium + 2
    color: Theme.bg
    border { width: 1; color: Theme.border }
    Accessible.role: Accessible.ListItem
    Accessible.name: (device?.name ?? "") + ", " + (device?.detail ?? "") + ", " + trust.text

    Rectangle {
        id: mark
        width: Theme.px(38)
        height: width
        radius: Theme.radiusMedium
        color: Theme.sunken
        anchors { left: parent.left; leftMargin: Theme.space16; verticalCenter: parent.verticalCenter }
        Icon { name: card.device?.icon ?? "monitor"; anchors.centerIn: parent; size: Theme.px(18) }
    }
    Column {
        id: words
        spacing: Theme.px(2)
        anchors { left: mark.right; leftMargin: Theme.px(14); right: side.left; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
        Row {
            spacing: Theme.space8 + 2
            width: parent.width
            PText {
                text: card.device?.name ?? ""
                font.weight: Theme.weightMedium
                width: Math.min(implicitWidth, parent.width - (badge.visible ? badge.width + parent.spacing : 0))
                Accessible.ignored: true
            }
            PBadge { id: badge; visible: card.own; quiet: true; text: qsTrId("settings.devices_this"); anchors.verticalCenter: parent.verticalCenter }
        }
        PText { text: card.device?.detail ?? ""; role: "small"; muted: true; width: parent.width; Accessible.ignored: true }
    }
    Row {
        id: side
        spacing: Theme.space12
        anchors { right: parent.right; rightMargin: Theme.space16; verticalCenter: parent.verticalCenter }

        Row {
            spacing: Theme.px(6)
            anchors.verticalCenter: parent.verticalCenter
            visible: !(card.device?.dehydrated ?? false)
            Icon {
                visible: card.device?.verified ?? false
                name: "shield-check"
                size: Theme.px(15)
                color: Theme.success
                anchors.verticalCenter: parent.verticalCenter
            }
            PText {
                id: trust
                text: card.device?.verified ?? false ? qsTrId("settings.devices_verified") : qsTrId("settings.devices_not_verified")
                role: "small"
                font.weight: Theme.weightMedium
                color: card.device?.verified ?? false ? Theme.success : Theme.warning
                anchors.verticalCenter: parent.verticalCenter
                Accessible.ignored: true
            }
        }
        PButton {
            visible: (card.device?.canVerify ?? false) && app.encryption.deviceVerified
            small: true
            text: qsTrId("settings.devices_verify")
            anchors.verticalCenter: parent.verticalCenter
            onClicked: card.verify()
        }
        PButton {
            objectName: card.own ? "renameOwn" : "signOut"
            small: true
            text: card.own ? qsTrId("settings.devices_rename") : qsTrId("settings.devices_sign_out")
            busy: card.busy
            anchors.verticalCenter: parent.verticalCenter
            onClicked: card.own ? card.rename() : card.signOut()
        }
        PIconButton {
            visible: !card.own
            text: qsTrId("settings.devices_rename")
            iconName: "pencil"
            iconSize: Theme.px(16)
            anchors.verticalCenter: parent.verticalCenter
            onClicked: card.rename()
        }
    }
}
