import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// Thin while nobody needs it, wider under the pointer.
T.ScrollBar {
    id: control

    implicitWidth: orientation === Qt.Vertical ? Theme.px(10) : 0
    implicitHeight: orientation === Qt.Horizontal ? Theme.px(10) : 0
    padding: 2
    minimumSize: Math.min(0.5, Theme.px(32) / Math.max(1, orientation === Qt.Vertical ? height : width))
    visible: policy !== T.ScrollBar.AlwaysOff && size < 1
    Accessible.ignored: true

    contentItem: Item {
        Rectangle {
            readonly property bool wide: control.hovered || control.pressed
            readonly property int thickness: wide ? Theme.px(6) : Theme.px(4)
            x: control.orientation === Qt.Vertical ? (control.mirrored ? 0 : parent.width - width) : 0
            y: control.orientation === Qt.Vertical ? 0 : parent.height - height
            width: control.orientation === Qt.Vertical ? thickness : parent.width
            height: control.orientation === Qt.Vertical ? parent.height : thickness
            radius: thickness / 2
            color: Theme.controlBorder
            opacity: control.pressed ? 0.9 : wide ? 0.75 : control.active ? 0.55 : 0.3
            Behavior on opacity { NumberAnimation { duration: Theme.fastMs } }
        }
    }
}
