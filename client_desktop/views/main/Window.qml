import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

// The one window. `app.page` chooses what fills it; what floats over every page (dialogs, notices) lies above.
ApplicationWindow {
    id: window

    readonly property bool narrow: width < Theme.px(760)

    width: 1280
    height: 800
    minimumWidth: Theme.px(360)
    minimumHeight: Theme.px(480)
    visible: false
    title: app.ready && app.page === "main" && app.room.roomId !== "" ? app.room.info.name + " · Parlour" : "Parlour"
    color: Theme.surface
    font.family: Theme.sans
    font.pixelSize: Theme.sizeBody
    LayoutMirroring.enabled: Application.layoutDirection === Qt.RightToLeft
    LayoutMirroring.childrenInherit: true
    palette {
        window: Theme.surface
        windowText: Theme.text
        text: Theme.text
        base: Theme.surface
        highlight: Theme.selection
        highlightedText: Theme.text
    }

    readonly property var pages: ({
        "welcome": "../login/Welcome.qml",
        "main": "MainPage.qml",
        "settings": "../settings/SettingsPage.qml"
    })

    Loader {
        id: page
        anchors.fill: parent
        focus: true
        source: window.pages[app.page] ?? ""
        onLoaded: item.forceActiveFocus()
    }

    Loader {
        source: app.ready && app.page !== "starting" ? "../dialogs/Dialogs.qml" : ""
    }

    Notices { anchors.fill: parent }

    Shortcut { sequences: Shortcuts.keys("quit"); context: Qt.ApplicationShortcut; onActivated: app.quit() }
    Shortcut {
        sequences: Shortcuts.keys("fullScreen")
        onActivated: window.visibility = window.visibility === Window.FullScreen ? Window.Windowed : Window.FullScreen
    }

    onClosing: close => {
        close.accepted = false;
        app.closeWindow();
    }

    Binding { target: Theme; property: "mode"; value: app.preferences?.theme ?? "system" }
    Binding { target: Theme; property: "density"; value: app.preferences?.density ?? "cosy" }
    Binding { target: Theme; property: "zoom"; value: app.preferences?.zoom ?? 1 }
    Binding { target: Theme; property: "reducedMotion"; value: app.preferences?.reducedMotion ?? false }
    Shortcut { sequences: Shortcuts.keys("zoomIn"); onActivated: app.preferences.zoom += 0.1 }
    Shortcut { sequences: Shortcuts.keys("zoomOut"); onActivated: app.preferences.zoom -= 0.1 }
    Shortcut { sequences: Shortcuts.keys("zoomReset"); onActivated: app.preferences.zoom = 1 }

    Connections {
        target: app
        function onActivated() {
            window.show();
            window.raise();
            window.requestActivate();
        }
    }
}
