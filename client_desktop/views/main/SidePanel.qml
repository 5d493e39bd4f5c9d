import QtQuick
import Parlour.Theme
import Parlour.Controls

// What stands beside the conversation: the room and its people, a thread, pins, search.
FocusScope {
    id: panel

    readonly property string kind: app.room.panel
    readonly property var titles: ({
        "info": qsTrId("main.panel.info"),
        "members": qsTrId("main.panel.members"),
        "thread": qsTrId("main.panel.thread"),
        "threads": qsTrId("main.panel.threads"),
        "pins": qsTrId("main.panel.pins"),
        "search": qsTrId("main.panel.search")
    })

    Keys.onEscapePressed: app.room.showPanel("")

    Rectangle {
        anchors.fill: parent
        color: Theme.bg
        Rectangle { anchors { left: parent.left; top: parent.top; bottom: parent.bottom } width: 1; color: Theme.border }
    }
    Item {
        id: head
        width: parent.width
        height: Theme.header
        PIconButton {
            id: backButton
            visible: panel.kind === "thread" || panel.kind === "members"
            width: visible ? implicitWidth : 0
            text: qsTrId("main.header.back")
            iconName: "arrow-left"
            anchors { left: parent.left; leftMargin: Theme.space8; verticalCenter: parent.verticalCenter }
            onClicked: app.room.showPanel(panel.kind === "thread" ? "threads" : "info")
        }
        PText {
            text: panel.titles[panel.kind] ?? ""
            font.pixelSize: Theme.px(15)
            strong: true
            anchors { left: backButton.right; leftMargin: backButton.visible ? Theme.space4 : Theme.space16; verticalCenter: parent.verticalCenter }
            Accessible.role: Accessible.Heading
        }
        PIconButton {
            text: qsTrId("control.close")
            iconName: "x"
            iconSize: Theme.px(18)
            anchors { right: parent.right; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
            onClicked: app.room.showPanel("")
        }
    }
    Loader {
        anchors { left: parent.left; leftMargin: 1; right: parent.right; top: head.bottom; bottom: parent.bottom }
        focus: true
        active: panel.visible
        sourceComponent: panel.kind === "info" ? info : panel.kind === "members" ? members : panel.kind === "thread" ? thread
                         : panel.kind === "threads" ? threads : panel.kind === "pins" ? pins : panel.kind === "search" ? search : null
        onLoaded: if (["search", "thread"].includes(panel.kind)) item.forceActiveFocus()
    }
    Component { id: info; InfoPanel {} }
    Component { id: members; MembersPanel {} }
    Component { id: threads; ThreadsPanel {} }
    Component { id: pins; PinsPanel {} }
    Component { id: search; SearchPanel {} }
    Component {
        id: thread
        FocusScope {
            Loader {
                anchors.fill: parent
                active: app.room.openedThread !== null
                focus: true
                sourceComponent: ConversationView {
                    focus: true
                    conversation: app.room.openedThread
                    info: app.room.info
                    thread: true
                    Component.onCompleted: focusComposer()
                }
            }
        }
    }
}
