import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// A button with words. kind: primary, secondary, danger, quiet. `busy` keeps the words and refuses clicks.
T.Button {
    id: control

    property string kind: "secondary"
    property string iconName: ""
    property bool busy: false
    property bool small: false
    property string toolTip: ""
    property string shortcutAction: ""

    readonly property bool filled: kind === "primary"
    readonly property color ink: kind === "primary" ? Theme.accentText : kind === "danger" ? Theme.danger
                                 : kind === "quiet" ? Theme.link : Theme.text

    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: small ? Theme.hitTarget : Math.max(Theme.px(40), implicitContentHeight + topPadding + bottomPadding)
    leftPadding: kind === "quiet" ? Theme.space8 : small ? Theme.space12 : Theme.space16 + 2
    rightPadding: leftPadding
    topPadding: Theme.space4
    bottomPadding: Theme.space4
    spacing: Theme.space8
    font.pixelSize: Theme.sizeBody
    font.weight: Theme.weightMedium
    opacity: enabled ? 1 : 0.45
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.name: text
    Accessible.onPressAction: if (!busy) clicked()

    contentItem: Item {
        // The words' own width, not the row's: that follows the space there is.
        implicitWidth: words.implicitWidth + (mark.visible ? mark.width + (control.text === "" ? 0 : row.spacing) : 0)
        implicitHeight: row.implicitHeight
        Row {
            id: row
            anchors.centerIn: parent
            spacing: control.spacing
            Icon {
                id: mark
                visible: control.iconName !== "" || control.busy
                name: control.busy ? "loader-circle" : control.iconName
                size: Theme.px(18)
                color: control.ink
                anchors.verticalCenter: parent.verticalCenter
                RotationAnimation on rotation {
                    running: control.busy && !Theme.reducedMotion && control.visible
                    from: 0; to: 360; duration: 900; loops: Animation.Infinite
                    onStopped: mark.rotation = 0
                }
            }
            Text {
                id: words
                text: control.text
                visible: text !== ""
                font: control.font
                color: control.ink
                elide: Text.ElideRight
                textFormat: Text.PlainText
                width: Math.min(implicitWidth, Math.max(0, control.availableWidth - (mark.visible ? mark.width + row.spacing : 0)))
                anchors.verticalCenter: parent.verticalCenter
                Accessible.ignored: true
            }
        }
    }

    background: Rectangle {
        radius: Theme.radiusMedium
        color: control.filled ? (control.down ? Theme.accentPressed : control.hovered ? Theme.accentHover : Theme.accent)
               : control.down ? Theme.pressed : control.hovered ? Theme.hover
               : control.kind === "quiet" ? "transparent" : Theme.surface
        border {
            width: control.filled || control.kind === "quiet" ? 0 : 1
            color: control.kind === "danger" ? Theme.mix(Theme.danger, 0.5, Theme.surface) : Theme.floatBorder
        }
        Behavior on color { ColorAnimation { duration: Theme.fastMs } }
        PFocusRing { control: control }
    }

    PTip {
        text: control.toolTip
        shortcutAction: control.shortcutAction
        wanted: control.toolTip !== "" && (control.hovered || control.visualFocus)
    }

    // Swallows clicks while busy; the button stays focused, so that the keyboard does not get lost.
    MouseArea { anchors.fill: parent; enabled: control.busy; visible: control.busy }
    Keys.onPressed: event => event.accepted = control.busy && event.key !== Qt.Key_Tab && event.key !== Qt.Key_Backtab
}
