import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

// Messages above, composer below: of a room or of a thread.
FocusScope {
    id: view

    required property var conversation
    required property var info
    property bool thread: false
    readonly property Item timelineArea: timeline
    readonly property Item composerArea: composer

    function focusComposer() {
        composer.forceActiveFocus();
    }

    TimelineView {
        id: timeline
        conversation: view.conversation
        thread: view.thread
        anchors { left: parent.left; right: parent.right; top: successor.bottom; bottom: below.top }
        onComposeRequested: text => composer.typeText(text)
    }

    Rectangle { // this room goes on somewhere else
        id: successor
        visible: !view.thread && (view.info.successor ?? "") !== ""
        anchors { left: parent.left; right: parent.right; top: parent.top }
        height: visible ? Theme.px(52) : 0
        color: Theme.mentionSoft
        PText {
            text: qsTrId("main.successor")
            anchors { left: parent.left; leftMargin: Theme.space24; right: go.left; verticalCenter: parent.verticalCenter }
        }
        PButton {
            id: go
            small: true
            kind: "primary"
            text: qsTrId("main.successor.open")
            anchors { right: parent.right; rightMargin: Theme.space24; verticalCenter: parent.verticalCenter }
            onClicked: app.room.follow(view.info.successor)
        }
    }

    Item {
        id: below
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: (timeline.choosing ? picked.height : composer.height) + foot.height + Theme.space4

        Loader {
            id: picked
            active: timeline.choosing
            height: Theme.px(50)
            anchors { top: parent.top; left: composer.left; right: composer.right }
            sourceComponent: SelectionBar { picks: view.conversation.selection; roomId: view.conversation.roomId; onRemovalAsked: timeline.askRemovalOfSelected() }
        }
        Composer {
            id: composer
            floor: view
            floorX: x
            floorY: below.y
            visible: !timeline.choosing
            conversation: view.conversation
            placeholder: view.thread ? qsTrId("main.composer.thread") : (view.info.placeholder ?? "")
            focus: true
            enabled: view.info.joined ?? false
            anchors { top: parent.top; horizontalCenter: parent.horizontalCenter }
            width: Math.min(parent.width - (view.thread ? Theme.space32 : 2 * Theme.space24), Theme.timelineMax)
        }
        Item { // who is typing; or that nothing can be sent now
            id: foot
            anchors { top: timeline.choosing ? picked.bottom : composer.bottom; left: composer.left; right: composer.right }
            height: Theme.px(26)
            PText {
                visible: text !== ""
                text: app.session.offline ? qsTrId("main.offline.composer") : view.thread ? "" : (view.info.typingText ?? "")
                role: "small"
                muted: true
                font.pixelSize: Theme.px(12)
                anchors { left: parent.left; leftMargin: Theme.space4; right: parent.right; verticalCenter: parent.verticalCenter }
            }
        }
    }

    DropArea {
        id: drop
        anchors.fill: parent
        enabled: composer.enabled
        keys: ["text/uri-list"]
        onDropped: event => {
            view.conversation.composer.files.add(event.urls);
            view.focusComposer();
        }
        Rectangle {
            anchors.fill: parent
            anchors.margins: Theme.space16
            visible: drop.containsDrag
            radius: Theme.radiusLarge
            color: Qt.alpha(Theme.accentSoft, 0.94)
            border { width: 2; color: Theme.accent }
            Column {
                anchors.centerIn: parent
                spacing: Theme.space8
                Icon { name: "upload"; size: Theme.px(32); color: Theme.accent; anchors.horizontalCenter: parent.horizontalCenter }
                PText { text: qsTrId("main.drop"); role: "lead"; strong: true; color: Theme.accent }
            }
        }
    }
}
