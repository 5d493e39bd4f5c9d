import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

// What was pinned to the room.
FocusScope {
    id: panel

    Component.onCompleted: app.room.loadPins()

    ListView {
        id: rows
        anchors.fill: parent
        focus: true
        clip: true
        model: app.room.pins
        activeFocusOnTab: true
        currentIndex: -1
        boundsBehavior: Flickable.StopAtBounds
        ScrollBar.vertical: PScrollBar {}
        Accessible.role: Accessible.List
        Accessible.name: qsTrId("main.panel.pins")
        onActiveFocusChanged: if (activeFocus && currentIndex < 0 && count > 0) currentIndex = 0
        Keys.onReturnPressed: currentItem?.go()
        delegate: HitRow {}
    }
    PEmptyState {
        visible: rows.count === 0
        anchors { horizontalCenter: parent.horizontalCenter; top: parent.top; topMargin: Theme.space48 }
        iconName: "pin"
        title: qsTrId("main.pins.none")
        text: qsTrId("main.pins.none_text")
    }
}
