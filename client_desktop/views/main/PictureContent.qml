import QtQuick
import Parlour.Theme
import Parlour.Controls

// A picture: its place is known before it is here, its colours stand in for it, a click fills the window.
Item {
    id: content

    property var row: ({})
    property Item view: null
    property int place: 0
    property var media: row.gallery?.length > 0 ? row.gallery[place] : row.media
    property int widest: Math.min(width, Theme.px(row.kind === "sticker" ? 160 : 440))
    property int highest: Theme.px(row.kind === "sticker" ? 160 : 340)
    readonly property bool known: (media?.width ?? 0) > 0 && (media?.height ?? 0) > 0
    readonly property real ratio: known ? media.width / media.height : 1.5
    readonly property int shownWidth: Math.max(Theme.px(96), Math.min(widest, highest * ratio, known ? Math.max(media.width, Theme.px(96)) : widest))
    readonly property int shownHeight: Math.max(Theme.px(40), Math.min(highest, Math.round(shownWidth / ratio)))
    readonly property QtObject handle: view !== null && media ? view.messages.file(row.key, place, shownWidth * 2, shownHeight * 2) : null
    readonly property bool allowed: {
        const choice = app.preferences?.loadMedia ?? "always";
        return choice === "always" || choice === "private" && (app.room.info.encrypted || app.room.info.isDirect) || (row.own ?? false);
    }
    property bool wanted: false

    implicitHeight: frame.height
    width: parent?.width ?? 0
    Component.onCompleted: ask()
    onHandleChanged: ask()
    onAllowedChanged: ask()

    function ask() {
        if (handle && (allowed || wanted))
            handle.load();
    }

    Rectangle {
        id: frame
        anchors.left: parent.left
        width: content.shownWidth
        height: content.shownHeight
        radius: Theme.radiusMedium
        color: content.row.kind === "sticker" ? "transparent" : Theme.sunken
        Accessible.role: Accessible.Graphic
        Accessible.name: content.media?.caption || content.media?.name || qsTrId("main.kind.image")

        Image {
            visible: !picture.visible && source != ""
            anchors.fill: parent
            source: content.media?.blurhash ? "image://blurhash/" + encodeURIComponent(content.media.blurhash) : ""
            sourceSize: Qt.size(16, 16)
            smooth: true
        }
        Image {
            id: picture
            anchors.fill: parent
            visible: status === Image.Ready && !cover.visible && !moving.visible
            source: content.handle?.url ? "image://picture/corner-" + Theme.radiusMedium + "/" + encodeURIComponent(content.handle.url) : ""
            sourceSize: Qt.size(content.shownWidth, content.shownHeight)
            asynchronous: true
        }
        AnimatedImage {
            id: moving
            anchors.fill: parent
            visible: content.media?.animated === true && playing
            playing: (app.preferences?.autoplay ?? true) && !Theme.reducedMotion && content.media?.animated === true && !!content.handle?.url && content.visible
            source: playing ? content.handle.url : ""
            fillMode: Image.PreserveAspectFit
            onStatusChanged: if (status === AnimatedImage.Error) source = ""
        }
        PSpoiler {
            id: cover
            visible: content.media?.spoiler === true && !shown
            anchors.fill: parent
            reason: content.media?.caption ?? ""
        }
        Column {
            visible: !picture.visible && !moving.visible && !cover.visible
            anchors.centerIn: parent
            spacing: Theme.space8
            width: parent.width - Theme.space16
            PButton {
                visible: !content.allowed && !content.wanted
                small: true
                text: qsTrId("main.media.show")
                iconName: "eye"
                anchors.horizontalCenter: parent.horizontalCenter
                onClicked: {
                    content.wanted = true;
                    content.ask();
                }
            }
            Icon {
                visible: (content.handle?.error ?? "") !== "" || picture.status === Image.Error || picture.status === Image.Ready && picture.implicitWidth === 0
                name: "image-off"
                anchors.horizontalCenter: parent.horizontalCenter
            }
            PText {
                visible: text !== ""
                text: content.handle?.error ?? ""
                role: "small"
                muted: true
                wrapMode: Text.Wrap
                width: parent.width
                horizontalAlignment: Text.AlignHCenter
            }
            PProgress {
                visible: content.handle?.loading === true && content.handle.progress > 0
                value: content.handle?.progress ?? 0
                width: Math.min(parent.width, Theme.px(140))
                anchors.horizontalCenter: parent.horizontalCenter
            }
        }
        Rectangle {
            anchors.fill: parent
            radius: frame.radius
            color: "transparent"
            visible: content.row.kind !== "sticker"
            border { width: 1; color: Theme.border }
        }
        TapHandler {
            enabled: !cover.visible && picture.status === Image.Ready
            onTapped: app.viewer.show(content.view.timeline, content.row.key, content.place)
        }
        HoverHandler { cursorShape: picture.status === Image.Ready ? Qt.PointingHandCursor : Qt.ArrowCursor }
    }
}
