import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../../settings"

PageColumn {
    id: page

    readonly property var settings: app.dialogs.roomSettings
    readonly property var room: settings.room
    readonly property bool mayAnything: room.mayName || room.mayTopic || room.mayAvatar

    title: qsTrId("dialogs.room_page_general")
    lead: mayAnything ? "" : qsTrId("dialogs.room_no_right")
    error: settings.error

    Group {
        PictureRow {
            width: parent.width
            name: page.room.name
            identifier: page.room.roomId
            source: page.room.avatarUrl
            rounded: page.room.space
            editable: page.room.mayAvatar
            busy: page.settings.busy
            onPicked: file => page.settings.setPicture(file)
            onRemoved: page.settings.removePicture()
        }
        PSeparator { width: parent.width }
        SavedField { objectName: "roomSettingsName"; width: parent.width; label: qsTrId("dialogs.room_name"); value: page.room.name; enabled: page.room.mayName; maximumLength: 255; onSaved: value => page.settings.setName(value) }
        Item {
            width: parent.width
            implicitHeight: topic.implicitHeight + (save.visible ? save.implicitHeight + Theme.space8 : 0)
            PTextArea { id: topic; width: parent.width; label: qsTrId("dialogs.room_topic"); text: page.room.topic; enabled: page.room.mayTopic; minimumLines: 3; maximumLines: 8 }
            PButton {
                id: save
                visible: page.room.mayTopic && topic.text.trim() !== page.room.topic
                anchors { right: parent.right; bottom: parent.bottom }
                text: qsTrId("dialogs.save")
                onClicked: page.settings.setTopic(topic.text)
            }
        }
    }
    Group {
        SettingRow {
            title: page.room.space ? qsTrId("dialogs.space_leave") : qsTrId("dialogs.room_leave")
            text: page.room.joinRule === "public" ? qsTrId("dialogs.room_leave_public_text") : qsTrId("dialogs.room_leave_text")
            PButton { kind: "danger"; text: page.room.space ? qsTrId("dialogs.space_leave") : qsTrId("dialogs.room_leave"); onClicked: app.openDialogWith("leaveRoom", { "roomId": page.room.roomId }) }
        }
    }
}
