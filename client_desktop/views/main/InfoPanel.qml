import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

// The room at a glance, then its people.
FocusScope {
    id: panel

    readonly property var info: app.room.info

    MemberList {
        id: people
        anchors.fill: parent
        focus: true
        limit: 40
        header: Item {
            width: people.width
            height: column.height + Theme.space16

            Column {
                id: column
                x: Theme.space16
                width: parent.width - 2 * Theme.space16
                spacing: Theme.space8

                Avatar {
                    name: panel.info.name ?? ""
                    identifier: panel.info.colorId ?? ""
                    url: panel.info.avatarUrl ?? ""
                    size: Theme.px(64)
                    below: Theme.bg
                    anchors.horizontalCenter: parent.horizontalCenter
                }
                PText {
                    text: panel.info.name ?? ""
                    role: "lead"
                    strong: true
                    wrapMode: Text.Wrap
                    lineHeight: 1.15
                    width: parent.width
                    horizontalAlignment: Text.AlignHCenter
                    topPadding: Theme.space4
                    Accessible.role: Accessible.Heading
                }
                PText {
                    text: [panel.info.isDirect ? panel.info.directUser : panel.info.alias, panel.info.membersText].filter(part => part).join(" · ")
                    role: "small"
                    muted: true
                    width: parent.width
                    wrapMode: Text.WrapAnywhere
                    horizontalAlignment: Text.AlignHCenter
                }
                Row {
                    anchors.horizontalCenter: parent.horizontalCenter
                    spacing: Theme.space8
                    Icon {
                        name: panel.info.encrypted ? "lock" : "lock-open"
                        size: Theme.px(14)
                        color: panel.info.encrypted ? Theme.success : Theme.textMuted
                        anchors.verticalCenter: parent.verticalCenter
                    }
                    PText {
                        text: panel.info.encrypted ? qsTrId("main.info.encrypted") : qsTrId("main.info.not_encrypted")
                        role: "small"
                        font.weight: Theme.weightMedium
                        color: panel.info.encrypted ? Theme.success : Theme.textMuted
                    }
                }
                PText {
                    visible: text !== ""
                    text: panel.info.topic ?? ""
                    role: "small"
                    muted: true
                    wrapMode: Text.Wrap
                    width: parent.width
                    maximumLineCount: 6
                    elide: Text.ElideRight
                    horizontalAlignment: Text.AlignHCenter
                }
                Row {
                    anchors.horizontalCenter: parent.horizontalCenter
                    spacing: Theme.space4
                    topPadding: Theme.space4
                    PIconButton { text: panel.info.favourite ? qsTrId("main.menu.unfavourite") : qsTrId("main.menu.favourite"); iconName: "star"; checked: panel.info.favourite ?? false; onClicked: app.rooms.setFavourite(panel.info.roomId, !panel.info.favourite) }
                    PIconButton { text: panel.info.muted ? qsTrId("main.menu.unmute") : qsTrId("main.menu.mute"); iconName: panel.info.muted ? "bell-off" : "bell"; checked: panel.info.muted ?? false; onClicked: app.rooms.mute(panel.info.roomId, panel.info.muted ? 0 : -1) }
                    PIconButton { text: qsTrId("main.menu.invite"); iconName: "user-plus"; onClicked: app.openDialogWith("invite", { "roomId": panel.info.roomId }) }
                    PIconButton { text: qsTrId("main.menu.settings"); iconName: "settings"; onClicked: app.openDialogWith("roomSettings", { "roomId": panel.info.roomId }) }
                }
                PSeparator { width: parent.width }
                Item {
                    width: parent.width
                    height: Theme.px(28)
                    PText {
                        text: qsTrId("main.info.people")
                        strong: true
                        anchors { left: parent.left; verticalCenter: parent.verticalCenter }
                        Accessible.role: Accessible.Heading
                    }
                    PButton {
                        visible: (panel.info.members ?? 0) > 12
                        kind: "quiet"
                        small: true
                        text: qsTrId("main.info.all_people")
                        anchors { right: parent.right; verticalCenter: parent.verticalCenter }
                        onClicked: app.room.showPanel("members")
                    }
                }
            }
        }
    }
}
