import QtQuick
import Parlour.Theme
import Parlour.Controls

// What lies under a message: the warm tone of a mention, the tone of the pointer, the ring of the keyboard.
Item {
    id: ground

    property bool mention: false
    property bool spotted: false
    property bool current: false
    property string time: "" // in the margin, of a message without a head
    property int timeX: 0

    Rectangle {
        anchors.fill: parent
        color: ground.mention ? "transparent" : ground.spotted ? Theme.accentSoft : Theme.hover
        opacity: ground.mention ? 1 : ground.spotted ? 1 : 0.5
        gradient: ground.mention ? warm : null
        border { width: ground.current ? Theme.focusRing : 0; color: Theme.focus }
        Gradient {
            id: warm
            orientation: Gradient.Horizontal
            GradientStop { position: 0; color: Theme.mentionSoft }
            GradientStop { position: 0.62; color: Qt.alpha(Theme.mentionSoft, 0.6) }
            GradientStop { position: 1; color: Qt.alpha(Theme.mentionSoft, 0) }
        }
    }
    Rectangle {
        visible: ground.mention
        width: Theme.px(3)
        color: Theme.mention
        anchors { left: parent.left; top: parent.top; bottom: parent.bottom }
    }
    Loader {
        active: ground.time !== ""
        x: ground.timeX
        y: Theme.space4 + Theme.px(3)
        sourceComponent: PText {
            width: Theme.avatarTimeline
            horizontalAlignment: Text.AlignHCenter
            text: ground.time
            role: "caption"
            font.pixelSize: Theme.px(10)
            faint: true
            elide: Text.ElideNone
        }
    }
}
