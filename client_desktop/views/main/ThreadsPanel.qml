import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

// The threads of the room, newest first.
FocusScope {
    id: panel

    Component.onCompleted: app.room.loadThreads()

    ListView {
        id: rows
        anchors.fill: parent
        focus: true
        clip: true
        model: app.room.threads
        activeFocusOnTab: true
        currentIndex: -1
        boundsBehavior: Flickable.StopAtBounds
        ScrollBar.vertical: PScrollBar {}
        Accessible.role: Accessible.List
        Accessible.name: qsTrId("main.panel.threads")
        onActiveFocusChanged: if (activeFocus && currentIndex < 0 && count > 0) currentIndex = 0
        Keys.onReturnPressed: currentItem?.go()
        delegate: HitRow { asThread: true }
    }
    PEmptyState {
        visible: rows.count === 0
        anchors { horizontalCenter: parent.horizontalCenter; top: parent.top; topMargin: Theme.space48 }
        iconName: "message-square-text"
        title: qsTrId("main.threads.none")
        text: qsTrId("main.threads.none_text")
    }
}
