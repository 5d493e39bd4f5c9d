import QtQuick
import Parlour.Theme
import Parlour.Controls

// A film: its first picture with a button; played in place, by a player that is only loaded then.
Item {
    id: content

    property var row: ({})
    property Item view: null
    readonly property var media: row.media ?? ({})
    readonly property real ratio: media.width > 0 && media.height > 0 ? media.width / media.height : 16 / 9
    readonly property int shownWidth: Math.max(Theme.px(200), Math.min(width, Theme.px(440), Theme.px(340) * ratio))
    readonly property int shownHeight: Math.round(shownWidth / ratio)
    readonly property QtObject handle: view !== null && row.media ? view.messages.file(row.key, 0, 0, 0) : null
    readonly property QtObject still: view !== null && row.media && row.media.thumbnailUrl ? view.messages.thumbnail(row.key, 0) : null
    property bool playing: false

    width: parent?.width ?? 0
    implicitHeight: shownHeight
    onStillChanged: still?.load()
    Component.onCompleted: still?.load()

    Rectangle {
        id: frame
        anchors.left: parent.left
        width: content.shownWidth
        height: content.shownHeight
        radius: Theme.radiusMedium
        color: Theme.sunken
        border { width: 1; color: Theme.border }
        Accessible.role: Accessible.Graphic
        Accessible.name: content.media.name ?? ""

        Image {
            anchors.fill: parent
            source: content.still?.url ? "image://picture/corner-" + Theme.radiusMedium + "/" + encodeURIComponent(content.still.url)
                    : content.media.blurhash ? "image://blurhash/" + encodeURIComponent(content.media.blurhash) : ""
            sourceSize: content.still?.url ? Qt.size(width, height) : Qt.size(16, 16)
            asynchronous: true
        }
        Loader {
            anchors.fill: parent
            active: content.playing && !!content.handle?.url
            source: "VideoPlayer.qml"
            onLoaded: item.source = content.handle.url
        }
        Rectangle {
            visible: !content.playing || !content.handle?.url
            anchors.centerIn: parent
            width: Theme.px(52)
            height: width
            radius: width / 2
            color: Qt.rgba(0, 0, 0, 0.55)
            Icon {
                anchors.centerIn: parent
                name: content.playing ? "loader-circle" : "play"
                color: "white"
                size: Theme.px(24)
                RotationAnimation on rotation { running: content.playing && !Theme.reducedMotion; from: 0; to: 360; duration: 900; loops: Animation.Infinite }
            }
        }
        Rectangle {
            visible: !content.playing && label.text !== ""
            anchors { left: parent.left; bottom: parent.bottom; margins: Theme.space8 }
            width: label.implicitWidth + Theme.space12
            height: Theme.px(20)
            radius: Theme.radiusSmall
            color: Qt.rgba(0, 0, 0, 0.6)
            PText {
                id: label
                anchors.centerIn: parent
                text: [content.media.durationText, content.media.sizeText].filter(part => part).join(" · ")
                role: "caption"
                color: "white"
            }
        }
        PText {
            visible: text !== ""
            text: content.handle?.error ?? ""
            role: "small"
            color: Theme.danger
            anchors { horizontalCenter: parent.horizontalCenter; bottom: parent.bottom; bottomMargin: Theme.space8 }
        }
        TapHandler {
            enabled: !content.playing
            onTapped: {
                content.playing = true;
                content.handle.load();
            }
        }
        HoverHandler { cursorShape: Qt.PointingHandCursor }
    }
}
