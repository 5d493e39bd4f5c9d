import QtQuick
import Parlour.Theme

// What lies under a message: the warm tone of a mention, the tone of the pointer, the ring of the keyboard.
Item {
    id: ground

    property bool mention: false
    property bool spotted: false
    property bool current: false

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
}
