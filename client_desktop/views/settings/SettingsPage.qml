import QtQuick
import QtQuick.Templates as T
import Parlour.Controls
import Parlour.Theme

// A page with a left index. What is safe to change changes at once; Escape leads back.
FocusScope {
    id: root

    readonly property var pages: ["profile", "account", "devices", "notifications", "appearance", "privacy",
                                  "encryption", "keyboard", "about"]
    readonly property var files: ({
        "profile": "ProfilePage.qml", "account": "AccountPage.qml", "devices": "DevicesPage.qml",
        "notifications": "NotificationsPage.qml", "appearance": "AppearancePage.qml", "privacy": "PrivacyPage.qml",
        "encryption": "EncryptionPage.qml", "keyboard": "KeyboardPage.qml", "about": "AboutPage.qml"
    })
    readonly property bool narrow: width < Theme.px(760)
    property bool indexShown: true

    Keys.onEscapePressed: narrow && !indexShown ? indexShown = true : app.show("main")

    Rectangle { anchors.fill: parent; color: Theme.surface }

    Rectangle {
        id: side
        visible: !root.narrow || root.indexShown
        width: root.narrow ? root.width : Theme.roomListWidth
        anchors { left: parent.left; top: parent.top; bottom: parent.bottom }
        color: Theme.sunken

        PText {
            id: heading
            text: qsTrId("settings.title")
            role: "lead"
            strong: true
            anchors { left: parent.left; leftMargin: Theme.space24 - 2; top: parent.top; topMargin: Theme.px(14) }
            height: Theme.hitTarget
            Accessible.role: Accessible.Heading
        }
        PIconButton {
            text: qsTrId("settings.close")
            iconName: "x"
            anchors { right: parent.right; rightMargin: Theme.space12; verticalCenter: heading.verticalCenter }
            onClicked: app.show("main")
        }

        ListView {
            id: index
            objectName: "settingsIndex"
            anchors { left: parent.left; right: parent.right; top: heading.bottom; bottom: parent.bottom; margins: Theme.space12; topMargin: Theme.space8 }
            focus: true
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            model: root.pages
            currentIndex: root.pages.indexOf(app.settings.page)
            keyNavigationEnabled: true
            T.ScrollBar.vertical: PScrollBar {}
            Keys.onReturnPressed: root.open(root.pages[currentIndex])
            Keys.onRightPressed: page.forceActiveFocus()
            onCurrentIndexChanged: if (activeFocus && currentIndex >= 0 && !root.narrow) root.open(root.pages[currentIndex])
            delegate: PListRow {
                required property string modelData
                required property int index
                objectName: "settingsIndex-" + modelData
                text: qsTrId("settings.page_" + modelData)
                inkColor: selected ? Theme.text : Theme.textMuted
                selected: app.settings.page === modelData && !root.narrow
                leftPadding: Theme.space12
                Accessible.role: Accessible.PageTab
                onClicked: root.open(modelData)
            }
        }
        Rectangle { width: 1; color: Theme.border; anchors { right: parent.right; top: parent.top; bottom: parent.bottom } }
    }

    function open(name) {
        app.settings.open(name);
        indexShown = false;
    }

    Flickable {
        id: page
        visible: !root.narrow || !root.indexShown
        anchors { left: root.narrow ? parent.left : side.right; right: parent.right; top: parent.top; bottom: parent.bottom }
        contentHeight: content.y + (content.item?.implicitHeight ?? 0) + Theme.space48
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        T.ScrollBar.vertical: PScrollBar {}

        PIconButton {
            visible: root.narrow
            text: qsTrId("settings.title")
            iconName: "arrow-left"
            x: Theme.space12
            y: Theme.space12
            onClicked: root.indexShown = true
        }
        Loader {
            id: content
            readonly property int margin: page.width > Theme.px(680) ? Theme.space48 : Theme.space24
            x: margin
            y: root.narrow ? Theme.px(56) : Theme.space32
            width: Math.min(Theme.settingsMax, page.width - 2 * margin)
            source: root.files[app.settings.page] ?? ""
            onLoaded: page.contentY = 0
        }
    }
}
