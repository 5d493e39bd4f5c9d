import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../../settings"
import ".."

PageColumn {
    id: page

    readonly property var members: app.dialogs.members
    readonly property var counts: members.counts

    title: qsTrId("dialogs.room_page_members")
    error: members.error

    Column {
        width: parent.width
        spacing: Theme.space12
        PTabBar {
            width: parent.width
            Repeater {
                model: [["join", "joined"], ["invite", "invited"], ["knock", "knocking"], ["ban", "banned"]]
                PTabButton {
                    required property var modelData
                    objectName: "tab-" + modelData[0]
                    visible: modelData[0] === "join" || (page.counts[modelData[0]] ?? 0) > 0 || page.members.tab === modelData[0]
                    width: visible ? implicitWidth : 0
                    text: qsTrId("dialogs.members_" + modelData[1]) + " " + (page.counts[modelData[0]] ?? "")
                    onClicked: page.members.setTab(modelData[0])
                }
            }
        }
        PSearchField { width: parent.width; placeholderText: qsTrId("dialogs.members_search"); onTextChanged: page.members.search(text) }
        Column {
            width: parent.width
            visible: !page.members.loaded
            spacing: Theme.space8
            Repeater { model: 4; PSkeleton { width: parent.width; height: Theme.px(48) } }
        }
        PText { visible: page.members.loaded && page.members.members.count === 0; text: qsTrId("dialogs.members_none"); muted: true }
        ListView {
            id: list
            width: parent.width
            height: contentHeight
            interactive: false
            reuseItems: true
            cacheBuffer: 0
            model: page.members.members
            delegate: PListRow {
                id: each
                required property var row
                text: row.name
                detail: row.reason !== "" ? row.reason : row.name === row.userId ? row.role : row.userId + (row.role !== "" ? " · " + row.role : "")
                leading: Component { PAvatar { size: Theme.px(36); name: each.row.name; identifier: each.row.userId; source: each.row.avatarUrl } }
                trailing: Component {
                    Row {
                        spacing: Theme.space4
                        PButton { small: true; visible: each.row.mayLetIn; text: qsTrId("dialogs.members_accept"); onClicked: page.members.letIn(each.row.userId) }
                        PButton { small: true; visible: each.row.mayKick && each.row.membership !== "join"; text: each.row.membership === "invite" ? qsTrId("dialogs.members_uninvite") : qsTrId("dialogs.members_decline"); onClicked: page.members.kick(each.row.userId, "") }
                        PButton { small: true; visible: each.row.mayUnban; text: qsTrId("dialogs.members_unban"); onClicked: page.members.unban(each.row.userId) }
                        PIconButton { visible: each.row.mayKick && each.row.membership === "join"; text: qsTrId("dialogs.card_kick"); iconName: "user-minus"; onClicked: remove.ask(each.row, false) }
                        PIconButton { visible: each.row.mayBan; text: qsTrId("dialogs.card_ban"); iconName: "ban"; onClicked: remove.ask(each.row, true) }
                    }
                }
                onClicked: app.openDialogWith("person", { "userId": row.userId, "roomId": app.dialogs.roomSettings.roomId })
            }
        }
    }
    RemoveMemberDialog {
        id: remove
        function ask(row, ban) { args = { "ban": ban, "userId": row.userId, "personName": row.name }; open(); }
    }
}
