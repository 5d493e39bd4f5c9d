import QtQuick
import Parlour.Theme

// What a message has beside its words, below each other.
Item {
    id: more

    required property var row
    required property Item view

    height: Math.max(0, failed.below - Theme.space2)

    component Part: Loader {
        property real above: 0
        readonly property real below: visible && height > 0 ? y + height + Theme.space2 : y
        y: above
        visible: active
    }

    Part {
        id: content
        active: more.source !== "" && more.row.blocks.length === 0 || !!more.row.media || !!more.row.poll || more.row.gallery.length > 0
        width: parent.width
        source: more.source
        onLoaded: {
            item.row = Qt.binding(() => more.row);
            item.view = Qt.binding(() => more.view);
        }
    }
    Part {
        id: links
        above: content.below
        active: more.row.links.length > 0 && (app.preferences?.linkPreviews ?? true)
        visible: active && (item?.shown ?? false)
        width: parent.width
        sourceComponent: LinkPreviews { links: more.row.links }
    }
    Part {
        id: reactions
        above: links.below
        active: more.row.reactions.length > 0
        width: parent.width
        sourceComponent: Reactions {
            row: more.row
            view: more.view
            onMoreRequested: item => more.view.pickReaction(more.row, item)
        }
    }
    Part {
        id: thread
        above: reactions.below
        active: !!more.row.thread && !(more.view?.thread ?? false)
        anchors.left: parent.left // mirrored, where text runs from right to left
        sourceComponent: ThreadChip {
            thread: more.row.thread
            onClicked: app.room.openThread(more.row.eventId)
        }
    }
    Part {
        id: failed
        above: thread.below
        active: more.row.sendFailed
        width: parent.width
        sourceComponent: SendFailed {
            row: more.row
            onRetried: more.view.messages.retry(more.row.key)
            onDiscarded: more.view.messages.discard(more.row.key)
        }
    }

    readonly property string source: {
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
