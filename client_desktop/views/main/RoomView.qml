import QtQuick
import Parlour.Theme
import Parlour.Controls

// The room that is open: header, messages, composer; or an invitation; or nothing yet.
FocusScope {
    id: view

    property bool showBack: false
    readonly property var info: app.room.info
    readonly property bool chosen: app.room.roomId !== "" && info.roomId !== undefined
    readonly property Item timelineArea: conversation.item?.timelineArea ?? null
    readonly property Item composerArea: conversation.item?.composerArea ?? null

    signal back

    function focusComposer() {
        conversation.item?.focusComposer();
    }
    function askDate() {
        if (view.chosen)
            dateDialog.open();
    }

    RoomHeader {
        id: header
        visible: view.chosen
        showBack: view.showBack
        anchors { left: parent.left; right: parent.right; top: parent.top }
        onBack: view.back()
        onDateAsked: view.askDate()
    }

    Loader {
        id: conversation
        anchors { left: parent.left; right: parent.right; top: header.bottom; bottom: parent.bottom }
        active: app.room.conversation !== null
        focus: true
        sourceComponent: ConversationView {
            conversation: app.room.conversation
            info: app.room.info
        }
    }

    Loader {
        anchors { left: parent.left; right: parent.right; top: header.bottom; bottom: parent.bottom }
        active: view.chosen && app.room.conversation === null
        sourceComponent: InviteView { info: app.room.info }
    }

    PEmptyState {
        visible: !view.chosen
        anchors.centerIn: parent
        iconName: "messages-square"
        title: qsTrId("main.none.title")
        text: qsTrId("main.none.text")
        PButton {
            text: qsTrId("main.list.new_direct")
            iconName: "message-square-plus"
            onClicked: app.openDialog("newDirect")
        }
        PButton {
            text: qsTrId("main.rail.explore")
            iconName: "compass"
            onClicked: app.openDialog("explore")
        }
    }

    DateDialog {
        id: dateDialog
        onChosen: atMs => app.room.conversation?.timeline.jumpToDate(atMs)
    }
}
