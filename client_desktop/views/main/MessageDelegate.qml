import QtQuick
import Parlour.Theme
import Parlour.Controls

// One message. Only what it has is made: everything beyond the text hangs in loaders.
Item {
    id: delegate

    required property var row
    required property int index
    readonly property Item view: ListView.view?.view ?? null
    readonly property int indent: (view?.inset ?? 0) + Theme.avatarTimeline + Theme.space12
    readonly property bool mirrored: LayoutMirroring.enabled
    readonly property int margin: mirrored ? width - (view?.inset ?? 0) - Theme.avatarTimeline : view?.inset ?? 0
    readonly property bool current: ListView.isCurrentItem && (ListView.view?.activeFocus ?? false)
    readonly property bool choosing: view?.choosing ?? false
    readonly property bool picked: choosing && view.selection.keys.includes(row.key)
    readonly property bool spotted: view !== null && view.marked === row.key

    width: ListView.view?.width ?? 0
    height: column.y + column.height + (row.mention ? Theme.space4 : 0)
    Accessible.role: Accessible.ListItem
    Accessible.name: row.spoken
    Accessible.onPressAction: view.openMenu(row, delegate)

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
        active: delegate.row.mention || delegate.spotted || delegate.picked || delegate.current || delegate.view?.hovered === delegate
        anchors { left: parent.left; right: parent.right; top: parent.top; bottom: parent.bottom; topMargin: column.y - Theme.space4; bottomMargin: -Theme.px(1) }
        z: -1
        sourceComponent: MessageGround {
            mention: delegate.row.mention
            spotted: delegate.spotted || delegate.picked
            current: delegate.current
        }
    }

    Loader {
        active: delegate.row.head
        x: delegate.margin
        y: column.y + Theme.px(1)
        sourceComponent: Avatar {
            name: delegate.row.senderName
            identifier: delegate.row.sender
            url: delegate.row.senderAvatar
            size: Theme.avatarTimeline
            Accessible.ignored: true
            TapHandler { onTapped: app.openDialogWith("person", { "userId": delegate.row.sender, "roomId": app.room.roomId }) }
            HoverHandler { cursorShape: Qt.PointingHandCursor }
        }
    }
    Loader { // the time of a message without a head, in the margin
        active: !delegate.row.head && delegate.view?.hovered === delegate
        x: delegate.margin
        y: column.y + Theme.px(3)
        sourceComponent: PText {
            width: Theme.avatarTimeline
            horizontalAlignment: Text.AlignHCenter
            text: delegate.row.time
            role: "caption"
            font.pixelSize: Theme.px(10)
            faint: true
            elide: Text.ElideNone
        }
    }

    Column {
        id: column
        x: delegate.mirrored ? delegate.view?.inset ?? 0 : delegate.indent
        y: delegate.row.head ? Theme.groupGap : Theme.lineGap + (delegate.row.mention ? Theme.space4 : 0)
        width: delegate.width - delegate.indent - (delegate.view?.inset ?? 0)
        spacing: Theme.space2
        opacity: delegate.row.sending ? 0.55 : 1

        Loader {
            active: delegate.row.head
            visible: active
            width: parent.width
            sourceComponent: MessageHead { row: delegate.row }
        }
        Loader {
            active: !!delegate.row.reply
            visible: active
            width: parent.width
            sourceComponent: ReplyQuote {
                reply: delegate.row.reply
                onClicked: delegate.view.timeline.jumpTo(reply.eventId)
            }
        }
        MessageText {
            id: body
            visible: delegate.row.blocks.length > 0
            width: parent.width
            row: delegate.row
            view: delegate.view
        }
        Loader {
            active: delegate.contentSource !== "" && !body.visible || !!delegate.row.media || !!delegate.row.poll || delegate.row.gallery.length > 0
            visible: active
            width: parent.width
            source: delegate.contentSource
            onLoaded: {
                item.row = Qt.binding(() => delegate.row);
                item.view = Qt.binding(() => delegate.view);
            }
        }
        Loader {
            active: delegate.row.links.length > 0 && (app.preferences?.linkPreviews ?? true)
            visible: active && (item?.shown ?? false)
            width: parent.width
            sourceComponent: LinkPreviews { links: delegate.row.links }
        }
        Loader {
            active: delegate.row.reactions.length > 0
            visible: active
            width: parent.width
            sourceComponent: Reactions {
                row: delegate.row
                view: delegate.view
                onMoreRequested: item => delegate.view.pickReaction(delegate.row, item)
            }
        }
        Loader {
            active: !!delegate.row.thread && !(delegate.view?.thread ?? false)
            visible: active
            anchors.left: parent.left // mirrored, where text runs from right to left
            sourceComponent: ThreadChip {
                thread: delegate.row.thread
                onClicked: app.room.openThread(delegate.row.eventId)
            }
        }
        Loader {
            active: delegate.row.sendFailed
            visible: active
            width: parent.width
            sourceComponent: SendFailed {
                row: delegate.row
                onRetried: delegate.view.messages.retry(delegate.row.key)
                onDiscarded: delegate.view.messages.discard(delegate.row.key)
            }
        }
    }

    Loader {
        active: delegate.row.receipts.length > 0
        anchors { right: parent.right; rightMargin: Math.max(Theme.space8, (delegate.view?.inset ?? 0) - Theme.px(4)); bottom: parent.bottom }
        sourceComponent: Receipts { receipts: delegate.row.receipts; more: delegate.row.receiptsMore }
    }

    Loader { // picking messages: each is one large box to tick
        active: delegate.choosing
        anchors.fill: parent
        z: 3
        sourceComponent: PickArea { row: delegate.row; picked: delegate.picked; onToggled: delegate.view.selection.toggle(delegate.row.key) }
    }

    readonly property string contentSource: {
        switch (row.kind) {
        case "image":
        case "sticker":
            return row.gallery.length > 1 ? "GalleryContent.qml" : "PictureContent.qml";
        case "video":
            return "VideoContent.qml";
        case "audio":
        case "voice":
            return "AudioContent.qml";
        case "file":
            return "FileContent.qml";
        case "poll":
            return "PollContent.qml";
        case "location":
            return "LocationContent.qml";
        case "redacted":
        case "undecryptable":
            return "MissingContent.qml";
        default:
            return "";
        }
    }
}
