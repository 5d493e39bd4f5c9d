import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../../settings"

PageColumn {
    id: page

    readonly property var settings: app.dialogs.roomSettings
    readonly property var room: settings.room

    title: qsTrId("dialogs.room_page_advanced")
    error: settings.error

    Group {
        SettingRow {
            title: qsTrId("dialogs.advanced_id")
            text: page.room.roomId
            PIconButton { text: qsTrId("settings.copy"); iconName: "copy"; onClicked: app.copy(page.room.roomId) }
        }
        PSeparator { width: parent.width }
        SettingRow { title: qsTrId("dialogs.advanced_creators"); text: page.room.creators.join(", ") }
        PSeparator { width: parent.width }
        SettingRow {
            title: qsTrId("dialogs.advanced_version") + " " + page.room.version
            text: page.settings.recommendedVersion !== "" && page.settings.recommendedVersion !== page.room.version ? Words.text("dialogs.advanced_upgrade_text", [page.settings.recommendedVersion]) : ""
            PButton { objectName: "upgradeRoom"; visible: page.room.mayUpgrade; text: qsTrId("dialogs.advanced_upgrade"); busy: page.settings.busy; onClicked: upgrade.open() }
        }
        PSeparator { width: parent.width; visible: page.room.predecessor !== "" }
        SettingRow {
            visible: page.room.predecessor !== ""
            title: qsTrId("dialogs.advanced_predecessor")
            text: page.room.predecessor
            PButton { text: qsTrId("dialogs.directory_open"); onClicked: { app.room.open(page.room.predecessor); } }
        }
    }
    Group {
        SettingRow {
            title: qsTrId("dialogs.advanced_export")
            PButton { text: qsTrId("dialogs.export_submit"); onClicked: app.openDialogWith("export", { "roomId": page.room.roomId }) }
        }
        PSeparator { width: parent.width }
        SettingRow {
            title: qsTrId("dialogs.report_room_title")
            text: qsTrId("dialogs.report_text")
            PButton { kind: "danger"; text: qsTrId("dialogs.report_submit"); onClicked: app.openDialogWith("report", { "roomId": page.room.roomId }) }
        }
    }

    PDialog {
        id: upgrade
        title: qsTrId("dialogs.advanced_upgrade_title")
        description: qsTrId("dialogs.advanced_upgrade_body")
        contentItem: PComboBox {
            id: version
            label: qsTrId("dialogs.advanced_upgrade_to")
            displayText: label + ": " + currentText
            model: page.settings.versions
            currentIndex: page.settings.versions.indexOf(page.settings.recommendedVersion)
        }
        actions: [
            PButton { text: qsTrId("dialogs.cancel"); onClicked: upgrade.close() },
            PButton { objectName: "confirmUpgrade"; kind: "primary"; text: qsTrId("dialogs.advanced_upgrade"); onClicked: { upgrade.close(); page.settings.upgrade(version.currentText); } }
        ]
    }
}
