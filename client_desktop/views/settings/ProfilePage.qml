import QtQuick
import QtQuick.Dialogs
import Parlour.Controls
import Parlour.Theme

PageColumn {
    id: page

    readonly property var profile: app.settings.profile

    title: qsTrId("settings.page_profile")
    lead: qsTrId("settings.profile_lead")
    error: profile.error
    Component.onCompleted: profile.refresh()

    Group {
        PictureRow {
            width: parent.width
            name: page.profile.name || app.session.userId
            identifier: app.session.userId
            source: page.profile.avatarUrl
            editable: page.profile.mayAvatar
            busy: page.profile.busy
            onPicked: file => page.profile.setPicture(file)
            onRemoved: page.profile.removePicture()
        }
        PSeparator { width: parent.width }
        SavedField {
            objectName: "displayName"
            width: parent.width
            label: qsTrId("settings.profile_name")
            placeholderText: qsTrId("settings.profile_name_hint")
            value: page.profile.name
            enabled: page.profile.mayName
            maximumLength: 255
            onSaved: value => page.profile.setName(value)
        }
        PSeparator { width: parent.width }
        SettingRow {
            title: qsTrId("settings.profile_user_id")
            text: app.session.userId
            PIconButton { text: qsTrId("settings.copy"); iconName: "copy"; onClicked: app.copy(app.session.userId) }
        }
    }
    Group {
        PSwitch {
            width: parent.width
            text: qsTrId("settings.profile_presence")
            description: qsTrId("settings.profile_presence_text")
            checked: page.profile.online
            onToggled: page.profile.setPresence(checked, page.profile.status)
        }
        PSeparator { width: parent.width }
        SavedField {
            width: parent.width
            label: qsTrId("settings.profile_status")
            placeholderText: qsTrId("settings.profile_status_hint")
            value: page.profile.status
            maximumLength: 255
            onSaved: value => page.profile.setPresence(page.profile.online, value)
        }
    }
}
