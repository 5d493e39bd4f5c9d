import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../../settings"

PageColumn {
    id: page

    readonly property var model: app.dialogs.roomNotifications

    title: qsTrId("dialogs.room_page_notifications")
    lead: qsTrId("dialogs.room_notify_lead")
    error: model.error

    Group {
        gap: 0
        Repeater {
            model: ["default", "all", "mentions", "mute"]
            PRadioButton {
                required property string modelData
                objectName: "level-" + modelData
                width: parent.width
                text: qsTrId("dialogs.room_notify_" + modelData)
                description: modelData === "default" ? qsTrId("dialogs.room_notify_default_text") : ""
                enabled: !page.model.busy
                checked: page.model.level === modelData
                onClicked: page.model.setLevel(modelData)
            }
        }
    }
    Group {
        title: qsTrId("dialogs.mute_for")
        Flow {
            width: parent.width
            spacing: Theme.space8
            PButton { text: qsTrId("dialogs.mute_hour"); enabled: !page.model.busy; onClicked: page.model.muteFor(1) }
            PButton { text: qsTrId("dialogs.mute_8_hours"); enabled: !page.model.busy; onClicked: page.model.muteFor(8) }
            PButton { text: qsTrId("dialogs.mute_day"); enabled: !page.model.busy; onClicked: page.model.muteFor(24) }
        }
    }
}
