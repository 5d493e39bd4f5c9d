import QtQuick
import Parlour.Theme
import Parlour.Controls

// Everybody in the room, to be searched.
FocusScope {
    id: panel

    PSearchField {
        id: find
        anchors { left: parent.left; right: parent.right; margins: Theme.space16 }
        y: 0
        focus: true
        placeholderText: qsTrId("main.members.find")
        onEdited: app.room.members.setWords(text)
        Keys.onDownPressed: people.forceActiveFocus(Qt.TabFocusReason)
    }
    MemberList {
        id: people
        anchors { left: parent.left; right: parent.right; top: find.bottom; topMargin: Theme.space8; bottom: parent.bottom }
    }
    PText {
        visible: people.count === 0 && find.text !== ""
        anchors { horizontalCenter: parent.horizontalCenter; top: find.bottom; topMargin: Theme.space32 }
        text: qsTrId("main.members.none")
        muted: true
    }
    Component.onDestruction: app.room.members.setWords("")
}
