import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../../settings"

PageColumn {
    id: page

    readonly property var model: app.dialogs.addresses

    title: qsTrId("dialogs.room_page_addresses")
    lead: qsTrId("dialogs.addresses_lead")
    error: model.error

    Group {
        PText { visible: page.model.addresses.length === 0; text: qsTrId("dialogs.addresses_none"); muted: true }
        Repeater {
            model: page.model.addresses
            SettingRow {
                id: each
                required property var modelData
                title: modelData.alias
                text: modelData.main ? qsTrId("dialogs.addresses_main") : modelData.local ? "" : qsTrId("dialogs.addresses_others")
                PButton { visible: page.model.mayChange && !each.modelData.main; small: true; text: qsTrId("dialogs.addresses_make_main"); enabled: !page.model.busy; onClicked: page.model.makeMain(each.modelData.alias) }
                PIconButton { text: qsTrId("dialogs.copy_link"); iconName: "link"; onClicked: { app.copy("https://matrix.to/#/" + each.modelData.alias); app.notice(qsTrId("dialogs.copied"), "info"); } }
                PIconButton { visible: each.modelData.local; text: qsTrId("dialogs.remove"); iconName: "trash-2"; enabled: !page.model.busy; onClicked: page.model.remove(each.modelData.alias) }
            }
        }
        PSeparator { width: parent.width }
        Item {
            width: parent.width
            height: name.implicitHeight
            PText { id: hash; text: "#"; muted: true; height: Theme.field }
            PTextField { id: name; objectName: "newAddress"; anchors { left: hash.right; leftMargin: Theme.space4; right: server.left; rightMargin: Theme.space4 } accessibleName: qsTrId("dialogs.addresses_add"); placeholderText: qsTrId("dialogs.addresses_field"); onEdited: page.model.clearError(); onAccepted: add.clicked() }
            PText { id: server; text: ":" + page.model.server; muted: true; height: Theme.field; anchors { right: add.left; rightMargin: Theme.space8 } }
            PButton { id: add; anchors.right: parent.right; height: Theme.field; text: qsTrId("dialogs.add"); enabled: name.text.trim() !== "" && !page.model.busy; onClicked: { page.model.add(name.text); name.clear(); } }
        }
    }
}
