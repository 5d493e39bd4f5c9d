import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.Slider {
    id: control

    property string label: ""

    implicitWidth: Theme.px(160)
    implicitHeight: Theme.hitTarget
    hoverEnabled: true
    opacity: enabled ? 1 : 0.45
    Accessible.name: label

    background: Rectangle {
        y: Math.round((control.height - height) / 2)
        width: control.width
        height: Theme.px(4)
        radius: height / 2
        color: Theme.pressed
        Rectangle {
            x: control.mirrored ? parent.width - width : 0
            width: control.position * parent.width
            height: parent.height
            radius: height / 2
            color: Theme.accent
        }
    }
    handle: Rectangle {
        x: control.visualPosition * (control.width - width)
        y: Math.round((control.height - height) / 2)
        width: Theme.px(16); height: width; radius: width / 2
        color: control.pressed ? Theme.accentPressed : Theme.accent
        border { width: 2; color: Theme.surface }
        PFocusRing { control: parent; visible: control.visualFocus }
    }
}
