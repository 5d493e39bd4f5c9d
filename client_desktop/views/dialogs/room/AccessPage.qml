import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../../settings"

PageColumn {
    id: page

    readonly property var settings: app.dialogs.roomSettings
    readonly property var room: settings.room
    readonly property bool restricted: room.joinRule === "restricted" || room.joinRule === "knock_restricted"
    readonly property var rules: {
        const number = parseInt(room.version);
        const known = ["invite"];
        if (isNaN(number) || number >= 7) known.push("knock");
        if (isNaN(number) || number >= 8) known.push("restricted");
        if (isNaN(number) || number >= 10) known.push("knock_restricted");
        known.push("public");
        return known.includes(room.joinRule) ? known : [...known, room.joinRule];
    }

    title: qsTrId("dialogs.room_page_access")
    lead: room.mayJoinRule || room.mayHistory ? "" : qsTrId("dialogs.room_no_right")
    error: settings.error

    function ruleName(rule) {
        return ["invite", "knock", "restricted", "knock_restricted", "public"].includes(rule) ? qsTrId("dialogs.access_" + rule) : Words.text("dialogs.access_unknown", [rule]);
    }

    Group {
        title: qsTrId("dialogs.access_join")
        gap: 0
        Repeater {
            model: page.rules
            PRadioButton {
                required property string modelData
                objectName: "rule-" + modelData
                width: parent.width
                text: page.ruleName(modelData)
                enabled: page.room.mayJoinRule && !page.settings.busy && !(modelData.includes("restricted") && page.room.spaces.length === 0)
                checked: page.room.joinRule === modelData
                onClicked: page.settings.setJoinRule(modelData)
            }
        }
    }
    Group {
        visible: page.restricted
        title: qsTrId("dialogs.access_spaces")
        gap: Theme.space4
        PText { visible: page.room.spaces.length === 0; text: qsTrId("dialogs.access_spaces_none"); muted: true }
        Repeater {
            model: page.room.spaces
            PSwitch {
                required property var modelData
                width: parent.width
                text: modelData.name
                enabled: page.room.mayJoinRule && !page.settings.busy
                checked: modelData.chosen
                onToggled: page.settings.setSpaceAllowed(modelData.roomId, checked)
            }
        }
    }
    Group {
        PSwitch {
            width: parent.width
            text: Words.text("dialogs.access_directory", [page.room.ownServer])
            enabled: page.room.mayAlias && !page.settings.busy
            checked: page.settings.published
            onToggled: page.settings.setPublished(checked)
        }
        PSwitch {
            width: parent.width
            text: qsTrId("dialogs.access_guests")
            enabled: page.room.mayGuests && !page.settings.busy
            checked: page.room.guests
            onToggled: page.settings.setGuests(checked)
        }
        PText { visible: !page.room.federated; text: qsTrId("dialogs.access_not_federated"); role: "small"; muted: true; width: parent.width; wrapMode: Text.Wrap }
    }
    Group {
        title: qsTrId("dialogs.access_history")
        gap: 0
        Repeater {
            model: [["shared", "shared"], ["invited", "invited"], ["joined", "joined"], ["world_readable", "world"]]
            PRadioButton {
                required property var modelData
                objectName: "history-" + modelData[0]
                width: parent.width
                text: qsTrId("dialogs.access_history_" + modelData[1])
                enabled: page.room.mayHistory && !page.settings.busy
                checked: page.room.history === modelData[0]
                onClicked: page.settings.setHistory(modelData[0])
            }
        }
    }
    Group {
        visible: !page.room.space
        title: qsTrId("dialogs.access_encryption")
        SettingRow {
            iconName: page.room.encrypted ? "lock" : "lock-open"
            iconColor: page.room.encrypted ? Theme.success : Theme.textMuted
            title: page.room.encrypted ? qsTrId("dialogs.access_encryption_on") : qsTrId("dialogs.access_encryption_off")
            PButton { objectName: "turnOnEncryption"; visible: !page.room.encrypted && page.room.mayEncrypt; text: qsTrId("dialogs.access_encryption_turn_on"); onClicked: sure.open() }
        }
    }
    Group {
        visible: page.room.mayAcl || page.room.bannedServers.length > 0
        PTextArea { id: servers; width: parent.width; mono: true; label: qsTrId("dialogs.access_server_acl"); help: qsTrId("dialogs.access_server_acl_text"); text: page.room.bannedServers.join("\n"); enabled: page.room.mayAcl; minimumLines: 2; maximumLines: 8 }
        PButton { visible: page.room.mayAcl && servers.text.trim() !== page.room.bannedServers.join("\n"); anchors.right: parent.right; text: qsTrId("dialogs.save"); onClicked: page.settings.setBannedServers(servers.text) }
    }

    PDialog {
        id: sure
        title: qsTrId("dialogs.access_encryption_title")
        description: qsTrId("dialogs.access_encryption_text")
        actions: [
            PButton { text: qsTrId("dialogs.cancel"); onClicked: sure.close() },
            PButton { objectName: "confirmEncryption"; kind: "primary"; text: qsTrId("dialogs.access_encryption_turn_on"); onClicked: { sure.close(); page.settings.encrypt(); } }
        ]
    }
}
