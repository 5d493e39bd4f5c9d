import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// On or off, at once. The words are in front, the switch behind.
T.Switch {
    id: control

    property string description: ""

    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: Math.max(Theme.hitTarget, implicitContentHeight + topPadding + bottomPadding)
    leftPadding: mirrored ? indicator.width + spacing : 0
    rightPadding: mirrored ? 0 : indicator.width + spacing
    topPadding: Theme.space4
    bottomPadding: Theme.space4
    spacing: Theme.space16
    opacity: enabled ? 1 : 0.45
    hoverEnabled: true
    font.pixelSize: Theme.sizeBody
    Accessible.name: text
    Accessible.description: description

    indicator: Rectangle {
        x: control.mirrored ? 0 : control.width - width
        y: Math.round((control.height - height) / 2)
        width: Theme.px(38)
        height: Theme.px(22)
        radius: height / 2
        color: control.checked ? (control.hovered ? Theme.accentHover : Theme.accent) : Theme.surface
        border { width: control.checked ? 0 : 1.5; color: Theme.controlBorder }
        Behavior on color { ColorAnimation { duration: Theme.fastMs } }

        Rectangle {
            readonly property real travel: control.mirrored ? 1 - control.visualPosition : control.visualPosition
            x: Theme.px(3) + control.visualPosition * (parent.width - width - 2 * Theme.px(3))
            anchors.verticalCenter: parent.verticalCenter
            width: Theme.px(16)
            height: width
            radius: width / 2
            color: control.checked ? Theme.accentText : Theme.controlBorder
            Behavior on x {
                enabled: !control.pressed
                NumberAnimation { duration: Theme.fastMs }
            }
        }
        PFocusRing { control: parent; visible: control.visualFocus }
    }

    contentItem: Item {
        implicitWidth: words.implicitWidth
        implicitHeight: words.implicitHeight
        Column {
            id: words
            width: parent.width
            anchors.verticalCenter: parent.verticalCenter
            spacing: 1
            PText {
                text: control.text
                width: parent.width
                wrapMode: Text.Wrap
                lineHeight: 1.15
                font.pixelSize: control.font.pixelSize
                Accessible.ignored: true
            }
            PText {
                visible: text !== ""
                text: control.description
                role: "small"
                muted: true
                width: parent.width
                wrapMode: Text.Wrap
                Accessible.ignored: true
            }
        }
    }
}
