import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// Messages that hold some words, here or everywhere.
FocusScope {
    id: panel

    PSearchField {
        id: find
        anchors { left: parent.left; right: parent.right; leftMargin: Theme.space16; rightMargin: Theme.space16 }
        focus: true
        placeholderText: app.search.everywhere ? qsTrId("main.search.all") : Words.text("main.search.room", [app.room.info.name ?? ""])
        onEdited: app.search.setWords(text)
        Keys.onDownPressed: rows.forceActiveFocus(Qt.TabFocusReason)
        Component.onCompleted: text = app.search.words
    }
    PSegmented {
        id: where
        anchors { left: find.left; right: find.right; top: find.bottom; topMargin: Theme.space8 }
        options: [{ "value": "room", "text": qsTrId("main.search.here") }, { "value": "all", "text": qsTrId("main.search.everywhere") }]
        value: app.search.everywhere ? "all" : "room"
        onChosen: value => app.search.setEverywhere(value === "all")
    }
    ListView {
        id: rows
        anchors { left: parent.left; right: parent.right; top: where.bottom; topMargin: Theme.space8; bottom: parent.bottom }
        clip: true
        model: app.search.rows
        activeFocusOnTab: true
        currentIndex: -1
        reuseItems: true
        boundsBehavior: Flickable.StopAtBounds
        ScrollBar.vertical: PScrollBar {}
        Accessible.role: Accessible.List
        onActiveFocusChanged: if (activeFocus && currentIndex < 0 && count > 0) currentIndex = 0
        Keys.onReturnPressed: currentItem?.go()
        delegate: HitRow {}
    }
    PEmptyState {
        visible: rows.count === 0 && !app.search.busy
        anchors { horizontalCenter: parent.horizontalCenter; top: where.bottom; topMargin: Theme.space48 }
        iconName: "search"
        title: app.search.words === "" ? qsTrId("main.search.begin") : qsTrId("main.search.none")
        text: app.search.words === "" ? qsTrId("main.search.begin_text") : qsTrId("main.search.none_text")
    }
    Component.onDestruction: app.search.setWords("")
}
