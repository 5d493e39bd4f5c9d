import QtQuick
import Parlour.Controls
import Parlour.Theme

PageColumn {
    id: page

    readonly property var about: app.settings.about

    function size(bytes) {
        return Qt.locale().formattedDataSize(bytes, 1, Locale.DataSizeTraditionalFormat);
    }

    title: qsTrId("settings.page_about")
    lead: qsTrId("settings.about_lead")
    error: about.error
    Component.onCompleted: about.refresh()

    Group {
        SettingRow {
            title: "Parlour"
            text: page.about.system
            PText { text: page.about.version; muted: true; height: Theme.hitTarget; font.features: Theme.tabularFigures }
        }
        PSeparator { width: parent.width }
        SettingRow { title: qsTrId("settings.about_server_url"); text: page.about.serverUrl }
        PSeparator { width: parent.width; visible: page.about.serverSoftware !== "" }
        SettingRow { visible: page.about.serverSoftware !== ""; title: qsTrId("settings.about_server"); text: page.about.serverSoftware }
        PSeparator { width: parent.width; visible: page.about.transport !== "" }
        SettingRow { visible: page.about.transport !== ""; title: qsTrId("settings.about_sync"); text: qsTrId("settings.about_sync_" + page.about.transport) }
    }
    Group {
        SettingRow {
            title: qsTrId("settings.about_data")
            text: page.about.dataFolder + " · " + page.size(page.about.dataBytes)
            PButton { text: qsTrId("settings.about_data_open"); onClicked: page.about.openFolder() }
        }
        PSeparator { width: parent.width }
        SettingRow {
            title: qsTrId("settings.about_cache")
            text: page.size(page.about.cacheBytes)
            PButton { text: qsTrId("settings.about_cache_clear"); busy: page.about.busy; onClicked: page.about.emptyCache() }
        }
    }
    Group {
        visible: app.links.state !== ""
        SettingRow {
            title: qsTrId("desktop.links_setting")
            text: app.links.state === "own" ? qsTrId("desktop.links_own") : qsTrId("desktop.links_other")
            PButton { objectName: "registerLinks"; visible: app.links.state === "other"; text: qsTrId("desktop.links_yes"); onClicked: app.links.register() }
        }
    }
    Group {
        PSwitch {
            width: parent.width
            text: qsTrId("settings.about_developer")
            description: qsTrId("settings.about_developer_text")
            checked: app.preferences.developerTools
            onToggled: app.preferences.developerTools = checked
        }
    }
    Group {
        title: qsTrId("settings.about_licences")
        PText { text: qsTrId("settings.about_licence_text"); width: parent.width; wrapMode: Text.Wrap; muted: true }
    }
}
