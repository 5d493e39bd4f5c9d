import QtQuick
import Parlour.Controls
import Parlour.Theme

PageColumn {
    id: page

    readonly property var rules: app.settings.notifications
    readonly property var chosen: app.preferences

    title: qsTrId("settings.page_notifications")
    lead: qsTrId("settings.notifications_lead")
    error: rules.error

    Group {
        PSwitch { objectName: "masterSwitch"; width: parent.width; text: qsTrId("settings.notifications_on"); description: qsTrId("settings.notifications_on_text"); checked: page.rules.on; enabled: !page.rules.busy; onToggled: page.rules.setOn(checked) }
        PSeparator { width: parent.width }
        PSwitch { width: parent.width; text: qsTrId("settings.notifications_desktop"); checked: page.chosen.desktopNotifications; onToggled: page.chosen.desktopNotifications = checked }
        PSwitch { width: parent.width; text: qsTrId("settings.notifications_content"); description: qsTrId("settings.notifications_content_text"); enabled: page.chosen.desktopNotifications; checked: page.chosen.notificationContent; onToggled: page.chosen.notificationContent = checked }
        PSwitch { width: parent.width; text: qsTrId("settings.notifications_sound"); enabled: page.chosen.desktopNotifications; checked: page.chosen.notificationSound; onToggled: page.chosen.notificationSound = checked }
        PSwitch { width: parent.width; text: qsTrId("settings.notifications_tray"); checked: page.chosen.closeToTray; onToggled: page.chosen.closeToTray = checked }
        PSwitch { width: parent.width; text: qsTrId("settings.notifications_start_hidden"); enabled: page.chosen.closeToTray; checked: page.chosen.startHidden; onToggled: page.chosen.startHidden = checked }
    }
    Group {
        title: qsTrId("settings.notifications_rules")
        gap: Theme.space8
        Repeater {
            model: page.rules.topics
            SettingRow {
                id: topic
                required property var row
                title: qsTrId("settings.notifications_" + row.word)
                PSegmented {
                    objectName: "topic-" + topic.row.word
                    label: topic.title
                    value: topic.row.level
                    enabled: page.rules.on && !page.rules.busy
                    options: [
                        { value: "off", text: qsTrId("settings.notifications_level_off") },
                        { value: "on", text: qsTrId("settings.notifications_level_on") },
                        { value: "loud", text: qsTrId("settings.notifications_level_loud") }
                    ]
                    onChosen: value => page.rules.setTopic(topic.row.word, value)
                }
            }
        }
    }
    Group {
        title: qsTrId("settings.notifications_keywords")
        Flow {
            width: parent.width
            spacing: Theme.space4
            visible: page.rules.keywords.length > 0
            Repeater {
                model: page.rules.keywords
                PChip {
                    required property string modelData
                    text: modelData
                    iconName: "x"
                    toolTip: Words.text("settings.notifications_keyword_remove", [modelData])
                    onClicked: page.rules.removeKeyword(modelData)
                }
            }
        }
        Row {
            width: parent.width
            spacing: Theme.space8
            PTextField { id: keyword; objectName: "keyword"; width: parent.width - add.width - parent.spacing; accessibleName: qsTrId("settings.notifications_keyword_add"); placeholderText: qsTrId("settings.notifications_keyword_field"); maximumLength: 100; onAccepted: add.clicked() }
            PButton { id: add; height: Theme.field; text: qsTrId("settings.notifications_keyword_add"); enabled: keyword.text.trim() !== "" && !page.rules.busy; onClicked: { page.rules.addKeyword(keyword.text); keyword.clear(); } }
        }
    }
    Group {
        title: qsTrId("settings.notifications_rooms_own")
        gap: 0
        PText { visible: page.rules.rooms.length === 0; text: qsTrId("settings.notifications_rooms_own_none"); muted: true; width: parent.width; wrapMode: Text.Wrap }
        Repeater {
            model: page.rules.rooms
            PListRow {
                id: room
                required property var modelData
                width: parent.width
                text: modelData.name
                leading: Component { PAvatar { name: room.modelData.name; identifier: room.modelData.roomId; source: room.modelData.avatarUrl; below: Theme.bg } }
                trailing: Component { PText { text: qsTrId("settings.notifications_room_" + (room.modelData.level === "mentions" ? "mentions_only" : room.modelData.level)); role: "small"; muted: true } }
                onClicked: app.openDialogWith("roomSettings", { "roomId": modelData.roomId, "page": "notifications" })
            }
        }
    }
}
