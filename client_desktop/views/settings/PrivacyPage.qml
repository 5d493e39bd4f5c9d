import QtQuick
import Parlour.Controls
import Parlour.Theme

PageColumn {
    id: page

    readonly property var chosen: app.preferences
    readonly property var privacy: app.settings.privacy

    title: qsTrId("settings.page_privacy")
    lead: qsTrId("settings.privacy_lead")
    error: privacy.error

    Group {
        PSwitch { width: parent.width; text: qsTrId("settings.privacy_receipts"); description: qsTrId("settings.privacy_receipts_text"); checked: page.chosen.publicReceipts; onToggled: page.chosen.publicReceipts = checked }
        PSwitch { width: parent.width; text: qsTrId("settings.privacy_typing"); checked: page.chosen.sendTyping; onToggled: page.chosen.sendTyping = checked }
    }
    Group {
        PSwitch { width: parent.width; text: qsTrId("settings.privacy_previews"); description: qsTrId("settings.privacy_previews_text"); checked: page.chosen.linkPreviews; onToggled: page.chosen.linkPreviews = checked }
        PSwitch { width: parent.width; text: qsTrId("settings.privacy_previews_encrypted"); enabled: page.chosen.linkPreviews; checked: page.chosen.linkPreviewsEncrypted; onToggled: page.chosen.linkPreviewsEncrypted = checked }
        PSeparator { width: parent.width }
        SettingRow {
            title: qsTrId("settings.privacy_media")
            ChoiceBox {
                width: Theme.px(220)
                label: qsTrId("settings.privacy_media")
                value: page.chosen.loadMedia
                options: [
                    { value: "always", text: qsTrId("settings.privacy_media_always") },
                    { value: "private", text: qsTrId("settings.privacy_media_private") },
                    { value: "never", text: qsTrId("settings.privacy_media_never") }
                ]
                onChosen: value => page.chosen.loadMedia = value
            }
        }
        SettingRow {
            title: qsTrId("settings.privacy_invites")
            ChoiceBox {
                width: Theme.px(220)
                label: qsTrId("settings.privacy_invites")
                value: page.chosen.invitePictures
                options: [
                    { value: true, text: qsTrId("settings.privacy_invites_show") },
                    { value: false, text: qsTrId("settings.privacy_invites_hide_pictures") }
                ]
                onChosen: value => page.chosen.invitePictures = value
            }
        }
    }
    Group {
        title: qsTrId("settings.privacy_ignored")
        text: qsTrId("settings.privacy_ignored_text")
        PText { visible: page.privacy.ignored.length === 0; text: qsTrId("settings.privacy_ignored_none"); muted: true }
        Repeater {
            model: page.privacy.ignored
            PListRow {
                id: person
                required property var modelData
                width: parent.width
                text: modelData.name
                detail: modelData.name === modelData.userId ? "" : modelData.userId
                leading: Component { PAvatar { name: person.modelData.name; identifier: person.modelData.userId; source: person.modelData.avatarUrl; below: Theme.bg } }
                trailing: Component { PButton { small: true; text: qsTrId("settings.privacy_unignore"); onClicked: page.privacy.unignore(person.modelData.userId) } }
                hoverEnabled: false
                focusPolicy: Qt.NoFocus
            }
        }
        Row {
            width: parent.width
            spacing: Theme.space8
            PTextField {
                id: wanted
                width: parent.width - ignore.width - parent.spacing
                accessibleName: qsTrId("settings.privacy_ignore_add")
                placeholderText: qsTrId("settings.privacy_ignore_field")
                onEdited: page.privacy.clearError()
                onAccepted: ignore.clicked()
            }
            PButton {
                id: ignore
                text: qsTrId("settings.privacy_ignore_add")
                enabled: wanted.text !== "" && !page.privacy.busy
                onClicked: { page.privacy.ignore(wanted.text); wanted.clear(); }
            }
        }
    }
    Group {
        title: qsTrId("settings.privacy_history")
        PText { text: qsTrId("settings.privacy_history_text"); width: parent.width; wrapMode: Text.Wrap; muted: true }
    }
}
