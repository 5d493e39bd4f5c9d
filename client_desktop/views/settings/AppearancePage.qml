import QtQuick
import Parlour.Controls
import Parlour.Theme

PageColumn {
    id: page

    readonly property var chosen: app.preferences

    title: qsTrId("settings.page_appearance")
    lead: qsTrId("settings.appearance_lead")

    Group {
        SettingRow {
            title: qsTrId("settings.appearance_theme")
            PSegmented {
                label: qsTrId("settings.appearance_theme")
                value: page.chosen.theme
                options: [
                    { value: "system", text: qsTrId("settings.appearance_theme_system") },
                    { value: "light", text: qsTrId("settings.appearance_theme_light") },
                    { value: "dark", text: qsTrId("settings.appearance_theme_dark") }
                ]
                onChosen: value => page.chosen.theme = value
            }
        }
        PSeparator { width: parent.width }
        SettingRow {
            title: qsTrId("settings.appearance_density")
            PSegmented {
                label: qsTrId("settings.appearance_density")
                value: page.chosen.density
                options: [
                    { value: "compact", text: qsTrId("settings.appearance_density_compact") },
                    { value: "cosy", text: qsTrId("settings.appearance_density_cosy") },
                    { value: "roomy", text: qsTrId("settings.appearance_density_roomy") }
                ]
                onChosen: value => page.chosen.density = value
            }
        }
        PSeparator { width: parent.width }
        SettingRow {
            title: qsTrId("settings.appearance_zoom")
            text: qsTrId("settings.appearance_zoom_text")
            PSlider {
                id: zoom
                width: Theme.px(180)
                label: qsTrId("settings.appearance_zoom")
                from: 0.8
                to: 2
                stepSize: 0.1
                value: page.chosen.zoom
                // Following the handle would move it away from under the pointer.
                onPressedChanged: if (!pressed) page.chosen.zoom = value
                onMoved: if (!pressed) page.chosen.zoom = value
            }
            PText {
                text: Math.round(zoom.value * 100) + " %"
                muted: true
                width: Theme.px(48)
                height: zoom.height
                font.features: Theme.tabularFigures
            }
        }
        PSeparator { width: parent.width }
        SettingRow {
            title: qsTrId("settings.appearance_language")
            text: qsTrId("settings.appearance_language_restart")
            ChoiceBox {
                label: qsTrId("settings.appearance_language")
                width: Theme.px(180)
                value: page.chosen.language
                options: [
                    { value: "", text: qsTrId("settings.appearance_language_system") },
                    { value: "en", text: "English" },
                    { value: "de", text: "Deutsch" }
                ]
                onChosen: value => page.chosen.language = value
            }
        }
        PSeparator { width: parent.width }
        PSwitch {
            width: parent.width
            text: qsTrId("settings.appearance_motion")
            description: qsTrId("settings.appearance_motion_text")
            checked: page.chosen.reducedMotion
            onToggled: page.chosen.reducedMotion = checked
        }
    }

    Group {
        title: qsTrId("settings.appearance_timeline")
        PSwitch { width: parent.width; text: qsTrId("settings.appearance_joins"); checked: page.chosen.showJoins; onToggled: page.chosen.showJoins = checked }
        PSwitch { width: parent.width; text: qsTrId("settings.appearance_names"); checked: page.chosen.showProfileChanges; onToggled: page.chosen.showProfileChanges = checked }
        PSwitch { width: parent.width; text: qsTrId("settings.appearance_emoji"); checked: page.chosen.largeEmoji; onToggled: page.chosen.largeEmoji = checked }
        PSwitch { width: parent.width; text: qsTrId("settings.appearance_autoplay"); checked: page.chosen.autoplay; onToggled: page.chosen.autoplay = checked }
    }
}
