import QtQuick
import Parlour.Theme
import Parlour.Controls

// Sound: a voice message shows its waves, a music file its name. The player is loaded with the first click.
Item {
    id: content

    property var row: ({})
    property Item view: null
    readonly property var media: row.media ?? ({})
    readonly property bool voice: row.kind === "voice"
    readonly property QtObject handle: view !== null && row.media ? view.messages.file(row.key, 0, 0, 0) : null
    readonly property bool playing: player.item?.playing ?? false
    readonly property real position: player.item?.share ?? 0

    width: parent?.width ?? 0
    implicitHeight: card.height

    function toggle() {
        if (!handle.url) {
            handle.load();
            player.wanted = true;
        } else if (player.active) {
            player.item.toggle();
        } else {
            player.wanted = true;
        }
    }

    Loader {
        id: player
        property bool wanted: false
        active: wanted && !!content.handle?.url
        source: "AudioPlayer.qml"
        onLoaded: item.source = content.handle.url
    }

    Rectangle {
        id: card
        anchors.left: parent.left
        width: Math.min(content.width, Theme.px(340))
        height: Theme.px(56)
        radius: Theme.radiusMedium
        color: Theme.bg
        border { width: 1; color: Theme.border }

        PIconButton {
            id: button
            kind: "primary"
            text: content.playing ? qsTrId("main.media.pause") : qsTrId("main.media.play")
            iconName: content.playing ? "pause" : content.handle?.loading ? "loader-circle" : "play"
            iconSize: Theme.px(18)
            anchors { left: parent.left; leftMargin: Theme.space12 - 2; verticalCenter: parent.verticalCenter }
            onClicked: content.toggle()
        }
        Row { // waves
            id: waves
            visible: content.voice && bars.length > 0
            readonly property var bars: {
                const all = content.media.waveform ?? [];
                const count = Math.max(1, Math.floor(width / Theme.px(5)));
                if (all.length === 0)
                    return [];
                return Array.from({ "length": count }, (_, at) => all[Math.floor(at * all.length / count)]);
            }
            spacing: Theme.px(2)
            height: Theme.px(28)
            anchors { left: button.right; leftMargin: Theme.space12; right: time.left; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
            Repeater {
                model: waves.bars
                Rectangle {
                    required property int index
                    required property var modelData
                    width: Theme.px(3)
                    radius: width / 2
                    height: Math.max(Theme.px(3), waves.height * Math.min(1, modelData / 1024))
                    anchors.verticalCenter: parent.verticalCenter
                    color: index / waves.bars.length < content.position ? Theme.accent : Theme.controlBorder
                }
            }
        }
        Column {
            visible: !waves.visible
            anchors { left: button.right; leftMargin: Theme.space12; right: time.left; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
            spacing: Theme.space4
            PText { text: content.voice ? qsTrId("main.kind.voice") : content.media.name ?? ""; width: parent.width; elide: Text.ElideMiddle }
            PProgress { visible: player.active; value: content.position; width: parent.width; height: Theme.px(4) }
        }
        PText {
            id: time
            text: player.item?.timeText || content.media.durationText || content.media.sizeText || ""
            role: "small"
            muted: true
            font.features: Theme.tabularFigures
            anchors { right: parent.right; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
        }
        TapHandler {
            enabled: player.active && waves.visible
            onTapped: event => player.item.seek((event.position.x - waves.x) / waves.width)
        }
    }
    PText {
        visible: text !== ""
        text: (player.item?.failed ?? false) ? qsTrId("main.media.unplayable") : content.handle?.error ?? ""
        role: "small"
        color: Theme.danger
        anchors { left: card.right; leftMargin: Theme.space12; right: parent.right; verticalCenter: card.verticalCenter }
    }
}
