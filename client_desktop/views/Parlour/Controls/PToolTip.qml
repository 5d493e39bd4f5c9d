import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// What a control is called, and its keys.
T.ToolTip {
    id: control

    property string shortcutAction: ""

    x: parent ? Math.round((parent.width - implicitWidth) / 2) : 0
    y: parent ? parent.height + Theme.space4 : 0
    implicitWidth: Math.min(Theme.px(320), implicitContentWidth + leftPadding + rightPadding)
    implicitHeight: implicitContentHeight + topPadding + bottomPadding
    margins: Theme.space8
    leftPadding: Theme.space8
    rightPadding: Theme.space8
    topPadding: Theme.space4 + 1
    bottomPadding: Theme.space4 + 1
    delay: 500
    timeout: 8000
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent | T.Popup.CloseOnReleaseOutsideParent

    contentItem: Row {
        spacing: Theme.space8
        Text {
            id: words
            text: control.text
            color: Theme.bg
            font.pixelSize: Theme.sizeSmall
            textFormat: Text.PlainText
            wrapMode: Text.Wrap
            width: Math.min(implicitWidth, Theme.px(300))
        }
        Text {
            visible: text !== ""
            text: control.shortcutAction === "" ? "" : Shortcuts.label(control.shortcutAction)
            color: Theme.bg
            opacity: 0.72
            font.pixelSize: Theme.sizeSmall
            textFormat: Text.PlainText
        }
    }

    background: Rectangle {
        color: Theme.text
        radius: Theme.radiusSmall
    }

    enter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.fastMs } }
    exit: Transition { NumberAnimation { property: "opacity"; from: 1; to: 0; duration: Theme.fastMs } }
}
