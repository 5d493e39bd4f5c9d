import QtQuick
import QtQuick.Templates as T
import Parlour.Controls
import Parlour.Theme

// Settings of anything: an index on the left, one page on the right. A narrow window shows one at a time.
FocusScope {
    id: root

    property string title: ""
    property string subtitle: ""
    property string closeText: qsTrId("settings.close")
    // [{ key, text, file }]
    property var pages: []
    property string current: ""
    property int badgeSpace: 0
    readonly property bool narrow: width < Theme.px(760)
    property bool indexShown: false
    readonly property var page: pages.find(each => each.key === current) ?? pages[0]

    signal chosen(string key)
    signal closeWanted

    function choose(key) {
        chosen(key);
        indexShown = false;
    }

    Keys.onEscapePressed: narrow && !indexShown ? indexShown = true : closeWanted()

    Rectangle { anchors.fill: parent; color: Theme.surface }

    Rectangle {
        id: side
        visible: !root.narrow || root.indexShown
        width: root.narrow ? root.width : Math.min(Theme.roomListWidth, Math.round(root.width * 0.28))
        anchors { left: parent.left; top: parent.top; bottom: parent.bottom }
        color: Theme.sunken

        Column {
            id: heading
            anchors { left: parent.left; leftMargin: Theme.space24 - 2; right: shut.left; rightMargin: Theme.space8; top: parent.top; topMargin: Theme.px(20) }
            spacing: Theme.px(2)
            PText { text: root.title; role: "lead"; strong: true; width: parent.width; Accessible.role: Accessible.Heading }
            PText { visible: text !== ""; text: root.subtitle; role: "small"; muted: true; width: parent.width }
        }
        PIconButton {
            id: shut
            objectName: "closeSettings"
            text: root.closeText
            iconName: "x"
            iconSize: Theme.px(18)
            anchors { right: parent.right; rightMargin: Theme.space12; top: parent.top; topMargin: Theme.px(14) }
            onClicked: root.closeWanted()
        }

        ListView {
            id: index
            objectName: "settingsIndex"
            anchors { left: parent.left; right: parent.right; top: heading.bottom; bottom: parent.bottom; margins: Theme.space12; topMargin: Theme.px(14) }
            focus: true
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            model: root.pages
            currentIndex: root.pages.findIndex(each => each.key === root.current)
            keyNavigationEnabled: true
            T.ScrollBar.vertical: PScrollBar {}
            Keys.onReturnPressed: root.choose(root.pages[currentIndex].key)
            Keys.onEnterPressed: root.choose(root.pages[currentIndex].key)
            onCurrentIndexChanged: if (activeFocus && currentIndex >= 0 && !root.narrow) root.choose(root.pages[currentIndex].key)
            delegate: PListRow {
                required property var modelData
                objectName: "page-" + modelData.key
                text: modelData.text
                inkColor: selected ? Theme.text : Theme.textMuted
                selected: root.current === modelData.key && !root.narrow
                leftPadding: Theme.space12
                focusPolicy: Qt.NoFocus
                highlighted: index.activeFocus && ListView.isCurrentItem && !selected
                Accessible.role: Accessible.PageTab
                onClicked: root.choose(modelData.key)
            }
        }
        Rectangle { width: 1; color: Theme.border; anchors { right: parent.right; top: parent.top; bottom: parent.bottom } }
    }

    Flickable {
        id: view
        visible: !root.narrow || !root.indexShown
        anchors { left: root.narrow ? parent.left : side.right; right: parent.right; top: parent.top; bottom: parent.bottom }
        contentHeight: content.y + (content.item?.implicitHeight ?? 0) + Theme.space48
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        T.ScrollBar.vertical: PScrollBar {}

        PIconButton {
            visible: root.narrow
            text: root.title
            iconName: "arrow-left"
            x: Theme.space12
            y: Theme.space12
            onClicked: root.indexShown = true
        }
        PIconButton {
            visible: root.narrow
            text: root.closeText
            iconName: "x"
            x: view.width - width - Theme.space12
            y: Theme.space12
            onClicked: root.closeWanted()
        }
        Loader {
            id: content
            readonly property int margin: view.width > Theme.px(680) ? Theme.space48 : Theme.space24
            x: margin
            y: root.narrow ? Theme.px(56) : Theme.space32
            width: Math.min(Theme.settingsMax, view.width - 2 * margin)
            source: root.page?.file ?? ""
            onLoaded: view.contentY = 0
        }
    }
}
