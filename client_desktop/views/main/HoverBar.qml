import QtQuick
import Parlour.Theme
import Parlour.Controls

// The most likely acts on the message under the pointer. One bar serves the whole list.
PFloat {
    id: bar

    required property Item view
    property Item target: null
    readonly property var row: target?.row ?? null
    readonly property bool own: hover.hovered

    // Follows the row while the list stands still; the pointer may move onto the bar.
    property real place: 0
    function follow() {
        if (target !== null)
            place = Math.max(Theme.space4, target.mapToItem(view, 0, 0).y - Theme.px(10));
    }
    onTargetChanged: follow()

    visible: target && row ? row.canReply === true : false
    shadow: false
    radius: Theme.radiusMedium
    width: buttons.width + 2 * Theme.space2
    height: Theme.px(34)
    x: LayoutMirroring.enabled ? view.inset + Theme.space8 : view.width - view.inset - width - Theme.space8
    y: place
    z: 5
    Accessible.ignored: true

    HoverHandler { id: hover }
    // The pointer left both the message and the bar.
    Connections {
        target: viewHover
        function onHoveredChanged() { if (!viewHover.hovered) bar.view.hovered = null; }
    }
    HoverHandler { id: viewHover; parent: bar.view }

    Row {
        id: buttons
        anchors.centerIn: parent
        Repeater {
            model: ["👍", "❤️", "😄"]
            PIconButton {
                id: quick
                required property string modelData
                visible: bar.row?.canReact === true && bar.view.column > Theme.px(420)
                width: visible ? Theme.px(30) : 0
                height: Theme.px(30)
                text: modelData
                focusPolicy: Qt.NoFocus
                onClicked: bar.view.messages.react(bar.row.key, modelData)
                contentItem: Item {
                    Text { anchors.centerIn: parent; text: quick.modelData; font.pixelSize: Theme.px(15) }
                }
            }
        }
        PIconButton {
            id: react
            visible: bar.row?.canReact === true
            width: visible ? Theme.px(30) : 0
            height: Theme.px(30)
            iconSize: Theme.px(18)
            text: qsTrId("main.action.react")
            iconName: "smile-plus"
            focusPolicy: Qt.NoFocus
            onClicked: bar.view.pickReaction(bar.row, bar.target)
        }
        PIconButton {
            width: Theme.px(30)
            height: width
            iconSize: Theme.px(18)
            text: qsTrId("main.action.reply")
            iconName: "reply"
            focusPolicy: Qt.NoFocus
            onClicked: {
                bar.view.conversation.composer.reply(bar.row.key);
                bar.view.composeRequested("");
            }
        }
        PIconButton {
            visible: !bar.view.thread
            width: visible ? Theme.px(30) : 0
            height: Theme.px(30)
            iconSize: Theme.px(18)
            text: qsTrId("main.action.thread")
            iconName: "message-square-text"
            focusPolicy: Qt.NoFocus
            onClicked: app.room.openThread(bar.row.eventId)
        }
        PIconButton {
            visible: bar.row?.canEdit === true
            width: visible ? Theme.px(30) : 0
            height: Theme.px(30)
            iconSize: Theme.px(18)
            text: qsTrId("main.action.edit")
            iconName: "pencil"
            focusPolicy: Qt.NoFocus
            onClicked: {
                bar.view.conversation.composer.edit(bar.row.key);
                bar.view.composeRequested("");
            }
        }
        PIconButton {
            width: Theme.px(30)
            height: width
            iconSize: Theme.px(18)
            text: qsTrId("main.action.more")
            iconName: "ellipsis"
            focusPolicy: Qt.NoFocus
            onClicked: bar.view.openMenu(bar.row, null)
        }
    }
}
