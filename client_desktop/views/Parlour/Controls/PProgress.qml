import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// How far something is; `indeterminate` where nobody knows.
T.ProgressBar {
    id: control

    property color fill: Theme.accent

    implicitWidth: Theme.px(160)
    implicitHeight: Theme.px(8)

    background: Rectangle {
        radius: height / 2
        color: Theme.pressed
    }
    contentItem: Item {
        clip: true
        Rectangle {
            id: bar
            width: control.indeterminate ? parent.width * 0.3 : Math.max(height, control.visualPosition * parent.width)
            height: parent.height
            x: control.mirrored && !control.indeterminate ? parent.width - width : 0
            visible: control.indeterminate || control.value > control.from
            radius: height / 2
            color: control.fill
            NumberAnimation on x {
                running: control.indeterminate && control.visible && !Theme.reducedMotion
                from: -bar.width; to: control.width; duration: 1400; loops: Animation.Infinite
            }
        }
    }
}
