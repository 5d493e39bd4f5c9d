import QtQuick
import Parlour.Theme

// One message. Only what it has is made: everything beyond the text hangs in loaders. What stands below what is
// said here by bindings and not by a Column, which would know its height one frame after the list has used it.
Item {
    id: delegate

    required property var row
    required property int index
    readonly property Item view: ListView.view?.view ?? null
    readonly property int inset: view?.inset ?? 0
    readonly property int indent: inset + Theme.avatarTimeline + Theme.space12
    readonly property bool mirrored: LayoutMirroring.enabled
    readonly property int margin: mirrored ? width - inset - Theme.avatarTimeline : inset
    readonly property bool current: ListView.isCurrentItem && (ListView.view?.activeFocus ?? false)
    readonly property bool choosing: view?.choosing ?? false
    readonly property bool picked: choosing && view.selection.keys.includes(row.key)
    readonly property bool spotted: view !== null && view.marked === row.key
    readonly property bool pointed: view !== null && view.hovered === delegate
    readonly property bool mention: row.mention
    readonly property int gap: row.head ? Theme.groupGap : Theme.lineGap + (mention ? Theme.space4 : 0)

    width: ListView.view?.width ?? 0
    height: said.y + said.height + (mention ? Theme.space4 : 0)
    Accessible.role: Accessible.ListItem
    Accessible.name: row.spoken
    Accessible.onPressAction: view.openMenu(row, delegate)
    // Rows that are kept to be used again are not drawn, but would be read aloud.
    ListView.onPooled: opacity = 0
    ListView.onReused: opacity = 1

    HoverHandler {
        onHoveredChanged: {
            if (hovered)
                body.pointed = true;
            if (hovered && !delegate.ListView.view?.moving)
                delegate.view.hovered = delegate;
        }
    }
    TapHandler {
        acceptedButtons: Qt.RightButton
        onTapped: point => delegate.view.openMenu(delegate.row, delegate, point.position.x, point.position.y)
    }
    TapHandler {
        acceptedButtons: Qt.LeftButton
        onDoubleTapped: if (delegate.row.canReply) delegate.view.conversation.composer.reply(delegate.row.key)
    }

    Loader { // the ground of what wants the reader, of what the pointer or the keyboard is on
        active: delegate.mention || delegate.spotted || delegate.picked || delegate.current || delegate.pointed
        anchors { left: parent.left; right: parent.right; top: parent.top; bottom: parent.bottom; topMargin: said.y - Theme.space4; bottomMargin: -Theme.px(1) }
        z: -1
        sourceComponent: MessageGround {
            mention: delegate.mention
            spotted: delegate.spotted || delegate.picked
            current: delegate.current
            time: delegate.pointed && !delegate.row.head ? delegate.row.time : ""
            timeX: delegate.margin
        }
    }

    Item {
        id: said
        x: delegate.mirrored ? delegate.inset : delegate.indent
        y: delegate.gap
        width: delegate.width - delegate.indent - delegate.inset
        height: Math.max(0, Math.max(more.active && more.height > 0 ? more.y + more.height : more.y - Theme.space2))
        opacity: delegate.row.sending ? 0.55 : 1

        Loader {
            id: reply
            active: !!delegate.row.reply
            visible: active
            y: delegate.row.head ? Theme.px(20) + Theme.space2 : 0
            width: parent.width
            sourceComponent: ReplyQuote {
                reply: delegate.row.reply
                onClicked: delegate.view.timeline.jumpTo(reply.eventId)
            }
        }
        MessageText {
            id: body
            y: reply.y + (reply.active ? reply.height + Theme.space2 : 0)
            visible: blocks.length > 0
            width: parent.width
            row: delegate.row
            view: delegate.view
        }
        Loader { // beside words
            id: more
            active: delegate.row.more
            visible: active
            y: body.y + (body.visible && body.height > 0 ? body.height + Theme.space2 : 0)
            width: parent.width
            sourceComponent: MessageMore { row: delegate.row; view: delegate.view }
        }
    }
    Loader {
        active: delegate.row.head
        y: delegate.gap
        width: parent.width
        sourceComponent: MessageHead { row: delegate.row; margin: delegate.margin; start: said.x; wide: said.width }
    }

    Loader {
        active: delegate.row.receipts.length > 0
        anchors { right: parent.right; rightMargin: Math.max(Theme.space8, delegate.inset - Theme.px(4)); bottom: parent.bottom }
        sourceComponent: Receipts { receipts: delegate.row.receipts; more: delegate.row.receiptsMore }
    }

    Loader { // picking messages: each is one large box to tick
        active: delegate.choosing
        anchors.fill: parent
        z: 3
        sourceComponent: PickArea { row: delegate.row; picked: delegate.picked; onToggled: delegate.view.selection.toggle(delegate.row.key) }
    }
}
