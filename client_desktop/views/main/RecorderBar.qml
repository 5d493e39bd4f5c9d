import QtQuick
import Parlour.Theme
import Parlour.Controls

// While a voice message is being recorded: how long, how loud, and a way out.
Item {
    id: bar

    required property var recorder
    readonly property bool active: recorder !== null && recorder.state === "recording"

    Rectangle {
        id: dot
        width: Theme.px(10)
        height: width
        radius: width / 2
        color: Theme.danger
        anchors { left: parent.left; leftMargin: Theme.space12; verticalCenter: parent.verticalCenter }
        SequentialAnimation on opacity {
            running: !Theme.reducedMotion
            loops: Animation.Infinite
            NumberAnimation { to: 0.3; duration: 600 }
            NumberAnimation { to: 1; duration: 600 }
        }
    }
    PText {
        text: bar.recorder.state === "failed" ? qsTrId("main.voice.failed") : Words.text("main.voice.recording", [bar.recorder.timeText])
        font.features: Theme.tabularFigures
        anchors { left: dot.right; leftMargin: Theme.space12; right: cancel.left; verticalCenter: parent.verticalCenter }
        Accessible.role: Accessible.AlertMessage
    }
    PButton {
        id: cancel
        kind: "quiet"
        small: true
        text: qsTrId("main.composer.cancel")
        anchors { right: parent.right; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
        onClicked: bar.recorder.cancel()
    }
}
