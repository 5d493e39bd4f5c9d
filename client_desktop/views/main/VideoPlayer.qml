import QtQuick
import QtMultimedia
import Parlour.Theme
import Parlour.Controls

// Plays one film. Loaded on the first click, since it brings QtMultimedia with it.
Item {
    id: player

    property url source

    MediaPlayer {
        id: media
        source: player.source
        audioOutput: AudioOutput {}
        videoOutput: output
        onSourceChanged: if (source != "") play()
    }
    Rectangle { anchors.fill: parent; color: "black"; radius: Theme.radiusMedium }
    VideoOutput { id: output; anchors.fill: parent; fillMode: VideoOutput.PreserveAspectFit }
    PText {
        visible: media.error !== MediaPlayer.NoError
        anchors.centerIn: parent
        text: qsTrId("main.media.unplayable")
        color: "white"
    }
    TapHandler { onTapped: player.toggle() }
    function toggle() {
        media.playbackState === MediaPlayer.PlayingState ? media.pause() : media.play();
    }

    Rectangle {
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: Theme.px(40)
        color: Qt.rgba(0, 0, 0, 0.55)
        visible: hover.hovered || media.playbackState !== MediaPlayer.PlayingState
        PIconButton {
            id: button
            text: media.playbackState === MediaPlayer.PlayingState ? qsTrId("main.media.pause") : qsTrId("main.media.play")
            iconName: media.playbackState === MediaPlayer.PlayingState ? "pause" : "play"
            anchors { left: parent.left; verticalCenter: parent.verticalCenter }
            onClicked: player.toggle()
        }
        PSlider {
            objectName: "filmPosition"
            anchors { left: button.right; right: parent.right; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
            from: 0
            to: Math.max(1, media.duration)
            value: media.position
            onMoved: media.position = value
            Accessible.name: qsTrId("main.media.position")
        }
    }
    HoverHandler { id: hover }
}
