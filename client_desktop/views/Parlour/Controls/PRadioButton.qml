import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// A choice of several, of which one holds, with its words behind.
T.RadioButton {
    id: control

    property string description: ""

    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: Math.max(Theme.hitTarget, implicitContentHeight + topPadding + bottomPadding)
    leftPadding: mirrored ? 0 : indicator.width + spacing
    rightPadding: mirrored ? indicator.width + spacing : 0
    topPadding: Theme.space8
    bottomPadding: Theme.space8
    spacing: Theme.space12 - 2
    opacity: enabled ? 1 : 0.45
    hoverEnabled: true
    font.pixelSize: Theme.sizeBody
    Accessible.name: text
    Accessible.description: description

    indicator: Rectangle {
        x: control.mirrored ? control.width - width : 0
        y: Math.max(0, control.topPadding + Math.round((Theme.sizeBody * 1.45 - height) / 2))
        width: Theme.px(18)
        height: width
        radius: width / 2
        color: control.hovered && !control.checked ? Theme.hover : Theme.surface
        border { width: control.checked ? Theme.px(5) : 1.5; color: control.checked ? Theme.accent : Theme.controlBorder }
        PFocusRing { control: parent; visible: control.visualFocus }
    }

    contentItem: Column {
        spacing: 1
        PText {
            text: control.text
            width: parent.width
            wrapMode: Text.Wrap
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
