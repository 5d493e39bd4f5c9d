import QtQuick
import Parlour.Theme

// Where something will be: breathes, unless motion is unwanted.
Rectangle {
    id: bone

    implicitWidth: Theme.px(160)
    implicitHeight: Theme.px(12)
    radius: Math.min(height / 2, Theme.radiusSmall)
    color: Theme.pressed
    Accessible.role: Accessible.Animation
    Accessible.name: qsTrId("control.loading")

    SequentialAnimation on opacity {
        running: bone.visible && !Theme.reducedMotion
        loops: Animation.Infinite
        NumberAnimation { from: 1; to: 0.45; duration: 700; easing.type: Easing.InOutSine }
        NumberAnimation { from: 0.45; to: 1; duration: 700; easing.type: Easing.InOutSine }
        onStopped: bone.opacity = 1
    }
}
