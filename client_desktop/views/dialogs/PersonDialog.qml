import QtQuick
import QtQuick.Templates as T
import Parlour.Controls
import Parlour.Theme
import "../login"
import "../settings"

// Somebody's card: who they are, whether they are verified, what can be done.
PDialog {
    id: dialog

    property var args: ({})
    readonly property var card: app.dialogs.person
    readonly property var person: card.person ?? ({})
    readonly property bool verified: person.trust === "verified"

    header: Item { implicitHeight: Theme.space24 }
    onAboutToShow: card.begin(args.userId, args.roomId ?? "")
    onOpened: message.visible ? message.forceActiveFocus() : edit.forceActiveFocus()

    Connections {
        target: dialog.card
        function onChatOpened(roomId) { dialog.close(); app.room.open(roomId); }
    }

    contentItem: Flickable {
        implicitHeight: body.implicitHeight
        contentHeight: body.implicitHeight
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        T.ScrollBar.vertical: PScrollBar { parent: dialog.contentItem.parent; x: dialog.width - width - Theme.px(2); y: dialog.contentItem.y; height: dialog.contentItem.height }

        PIconButton {
            text: qsTrId("dialogs.close")
            iconName: "x"
            iconSize: Theme.px(18)
            anchors { right: body.right; rightMargin: -Theme.space8; top: body.top; topMargin: -Theme.space8 }
            onClicked: dialog.close()
        }
        Column {
            id: body
            width: parent.width
            spacing: Theme.space16

            Column {
                width: parent.width
                spacing: Theme.space4
                PAvatar { size: Theme.px(72); name: dialog.person.name ?? ""; identifier: dialog.person.userId ?? ""; source: dialog.person.avatarUrl ?? ""; anchors.horizontalCenter: parent.horizontalCenter }
                PText { text: dialog.person.name ?? ""; role: "title"; width: parent.width; horizontalAlignment: Text.AlignHCenter; topPadding: Theme.space8; Accessible.role: Accessible.Heading }
                Row {
                    anchors.horizontalCenter: parent.horizontalCenter
                    spacing: Theme.px(2)
                    PText { text: dialog.person.userId ?? ""; muted: true; role: "small"; height: copy.height; width: Math.min(implicitWidth, body.width - copy.width) }
                    PIconButton { id: copy; size: Theme.px(24); iconSize: Theme.px(14); text: qsTrId("dialogs.card_copy"); iconName: "copy"; onClicked: app.copy(dialog.person.userId) }
                }
                PText { visible: text !== ""; text: dialog.person.presenceText ?? ""; role: "small"; faint: true; width: parent.width; horizontalAlignment: Text.AlignHCenter; elide: Text.ElideRight }
            }
            ErrorLine { width: parent.width; text: dialog.card.error }

            Row {
                anchors.horizontalCenter: parent.horizontalCenter
                spacing: Theme.space8
                PButton { id: message; objectName: "cardMessage"; visible: !(dialog.person.own ?? true); kind: "primary"; iconName: "message-square"; text: qsTrId("dialogs.card_message"); busy: dialog.card.busy; onClicked: dialog.card.message() }
                PButton { visible: (dialog.person.mayInvite ?? false); iconName: "user-plus"; text: qsTrId("dialogs.card_invite"); onClicked: app.openDialogWith("invite", { "roomId": dialog.card.roomId }) }
                PButton { id: edit; visible: dialog.person.own ?? false; iconName: "pencil"; text: qsTrId("dialogs.card_edit"); onClicked: { dialog.close(); app.settings.open("profile"); app.show("settings"); } }
            }

            PBanner {
                visible: dialog.person.trust === "changed"
                width: parent.width
                kind: "danger"
                title: Words.text("encryption.banner_changed_title", [dialog.person.name ?? ""])
                text: qsTrId("encryption.banner_changed_text")
                PButton { small: true; text: qsTrId("encryption.banner_changed_accept"); onClicked: dialog.card.acceptIdentity() }
                PButton { small: true; kind: "primary"; text: qsTrId("encryption.banner_changed_verify"); onClicked: app.openDialogWith("verification", { "userId": dialog.person.userId }) }
            }
            Group {
                SettingRow {
                    iconName: dialog.verified ? "shield-check" : dialog.person.trust === "changed" ? "shield-alert" : "shield"
                    iconColor: dialog.verified ? Theme.success : dialog.person.trust === "changed" ? Theme.danger : Theme.textMuted
                    title: dialog.verified ? qsTrId("dialogs.card_verified") : dialog.person.trust === "unknown" ? qsTrId("dialogs.card_unknown")
                           : dialog.person.trust === "changed" ? qsTrId("dialogs.card_changed") : qsTrId("dialogs.card_unverified")
                    text: Words.text("dialogs.card_devices", [], (dialog.person.devices ?? []).length)
                    PButton {
                        objectName: "cardVerify"
                        visible: !dialog.verified && dialog.person.trust !== "unknown" && !(dialog.person.own ?? true) && app.encryption.deviceVerified
                        small: true
                        text: qsTrId("dialogs.card_verify")
                        onClicked: app.openDialogWith("verification", { "userId": dialog.person.userId })
                    }
                }
                PSeparator { width: parent.width; visible: (dialog.person.role ?? "") !== "" && dialog.card.roomId !== "" }
                SettingRow {
                    visible: (dialog.person.role ?? "") !== "" && dialog.card.roomId !== ""
                    title: qsTrId("dialogs.card_role")
                    PText { visible: !(dialog.person.maySetRole ?? false); text: dialog.person.role ?? ""; muted: true; height: Theme.hitTarget }
                    RoleBox {
                        visible: dialog.person.maySetRole ?? false
                        width: Theme.px(150)
                        roles: dialog.person.roles ?? []
                        highest: dialog.person.highest ?? 0
                        level: dialog.person.level ?? 0
                        onPicked: level => dialog.card.setRole(level)
                    }
                }
            }
            Column {
                visible: dialog.card.mutual.length > 0
                width: parent.width
                PText { text: qsTrId("dialogs.card_mutual"); role: "small"; muted: true; font.weight: Theme.weightSemibold; bottomPadding: Theme.space4 }
                Repeater {
                    model: dialog.card.mutual.slice(0, 5)
                    PListRow {
                        id: room
                        required property var modelData
                        width: body.width
                        text: modelData.name
                        leading: Component { PAvatar { size: Theme.px(28); name: room.modelData.name; identifier: room.modelData.roomId; source: room.modelData.avatarUrl } }
                        onClicked: { dialog.close(); app.room.open(modelData.roomId); }
                    }
                }
            }
            Column {
                visible: !(dialog.person.own ?? true)
                width: parent.width
                PSeparator { width: parent.width }
                PListRow { width: parent.width; text: dialog.person.ignored ? qsTrId("dialogs.card_unignore") : qsTrId("dialogs.card_ignore"); leading: Component { Icon { name: dialog.person.ignored ? "eye" : "eye-off" } } onClicked: dialog.person.ignored ? dialog.card.setIgnored(false) : app.openDialogWith("ignore", { "userId": dialog.person.userId, "personName": dialog.person.name }) }
                PListRow { width: parent.width; visible: dialog.person.mayKick ?? false; text: qsTrId("dialogs.card_kick"); inkColor: Theme.danger; leading: Component { Icon { name: "user-minus"; color: Theme.danger } } onClicked: remove.ask(false) }
                PListRow { objectName: "cardBan"; width: parent.width; visible: dialog.person.mayBan ?? false; text: qsTrId("dialogs.card_ban"); inkColor: Theme.danger; leading: Component { Icon { name: "ban"; color: Theme.danger } } onClicked: remove.ask(true) }
                PListRow { width: parent.width; visible: dialog.person.mayUnban ?? false; text: qsTrId("dialogs.card_unban"); leading: Component { Icon { name: "user" } } onClicked: dialog.card.unban() }
                PListRow { width: parent.width; text: qsTrId("dialogs.card_report"); inkColor: Theme.danger; leading: Component { Icon { name: "flag"; color: Theme.danger } } onClicked: app.openDialogWith("report", { "userId": dialog.person.userId }) }
            }
        }
    }

    RemoveMemberDialog {
        id: remove
        function ask(ban) { args = { "ban": ban, "userId": dialog.person.userId, "personName": dialog.person.name }; open(); }
        mayRedact: dialog.person.mayRedact ?? false
        confirm: (reason, wipe) => args.ban ? dialog.card.ban(reason, wipe) : dialog.card.kick(reason)
    }
}
