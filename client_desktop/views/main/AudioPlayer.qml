import QtQuick
import QtMultimedia

// Plays one sound. Loaded on the first click, since it brings QtMultimedia with it.
Item {
    id: player

    property url source
    readonly property bool playing: media.playbackState === MediaPlayer.PlayingState
    readonly property real share: media.duration > 0 ? media.position / media.duration : 0
    readonly property bool failed: media.error !== MediaPlayer.NoError
    readonly property string timeText: media.duration > 0 ? text(media.position) + " / " + text(media.duration) : ""

    function toggle() {
        playing ? media.pause() : media.play();
    }
    function seek(share) {
        media.position = Math.max(0, Math.min(1, share)) * media.duration;
    }
    function text(ms) {
        const seconds = Math.floor(ms / 1000);
        return Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
    }

    MediaPlayer {
        id: media
        source: player.source
        audioOutput: AudioOutput {}
        onSourceChanged: if (source != "") play()
    }
}
