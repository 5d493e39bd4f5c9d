import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../../settings"
import ".."

PageColumn {
    id: page

    readonly property var permissions: app.dialogs.permissions
    readonly property bool space: app.dialogs.roomSettings.room.space

    title: qsTrId("dialogs.room_page_permissions")
    lead: permissions.mayChange ? qsTrId("dialogs.permissions_lead") : qsTrId("dialogs.room_no_right")
    error: permissions.error

    Group {
        title: qsTrId("dialogs.permissions_roles")
        gap: 0
        Repeater {
            model: page.permissions.people
            PListRow {
                id: person
                required property var row
                width: parent.width
                text: row.name
                detail: row.name === row.userId ? "" : row.userId
                onClicked: app.openDialogWith("person", { "userId": row.userId, "roomId": app.dialogs.roomSettings.roomId })
                leading: Component { PAvatar { name: person.row.name; identifier: person.row.userId; source: person.row.avatarUrl; below: Theme.bg } }
                trailing: Component {
                    Item {
                        implicitWidth: box.visible ? box.width : label.implicitWidth
                        implicitHeight: Theme.hitTarget
                        PText { id: label; visible: !box.visible; text: person.row.role; role: "small"; muted: true; anchors.verticalCenter: parent.verticalCenter }
                        RoleBox {
                            id: box
                            visible: person.row.editable
                            width: Theme.px(150)
                            roles: page.permissions.roles
                            highest: page.permissions.highest
                            level: person.row.level
                            label: Words.text("dialogs.permissions_role_of", [person.row.name])
                            custom: person.row.role
                            onPicked: level => person.row.own ? self.ask(level) : page.permissions.setRole(person.row.userId, level)
                        }
                    }
                }
            }
        }
    }
    Repeater {
        model: page.space ? ["people", "space", "room"] : ["messages", "people", "room"]
        Group {
            id: group
            required property string modelData
            title: qsTrId("dialogs.permissions_group_" + (page.space && modelData === "room" ? "space" : modelData))
            visible: !(page.space && modelData === "space")
            gap: Theme.space4
            Repeater {
                model: page.permissions.acts
                SettingRow {
                    required property var row
                    visible: row.group === group.modelData || (page.space && group.modelData === "room" && row.group === "space")
                    title: qsTrId("dialogs.permission_" + row.word)
                    PText { visible: !row.editable; text: row.role; role: "small"; muted: true; height: Theme.hitTarget }
                    RoleBox {
                        objectName: "act-" + row.word
                        visible: row.editable
                        width: Theme.px(150)
                        roles: page.permissions.roles
                        highest: page.permissions.highest
                        level: row.level
                        custom: row.role
                        label: qsTrId("dialogs.permission_" + row.word)
                        onPicked: level => page.permissions.setAct(row.word, level)
                    }
                }
            }
        }
    }

    PDialog {
        id: self
        property int level: 0
        function ask(wanted) { level = wanted; open(); }
        title: qsTrId("dialogs.permissions_self_title")
        description: qsTrId("dialogs.permissions_self_text")
        actions: [
            PButton { text: qsTrId("dialogs.cancel"); onClicked: self.close() },
            PButton { kind: "danger"; text: qsTrId("dialogs.permissions_self_submit"); onClicked: { self.close(); page.permissions.setRole(app.session.userId, self.level); } }
        ]
    }
}
