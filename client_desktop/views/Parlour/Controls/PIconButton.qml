import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// A button that is an icon. `text` is its accessible name and its tooltip.
T.Button {
    id: control

    property string iconName: ""
    property string shortcutAction: ""
    property string kind: "plain" // plain, primary, danger
    property int size: Theme.hitTarget
    property int iconSize: Theme.iconSize
    property int badge: 0

    readonly property color ink: kind === "primary" ? Theme.accentText : kind === "danger" ? Theme.danger
                                 : checked ? Theme.accent : hovered ? Theme.text : Theme.textMuted

    required text

    implicitWidth: size
    implicitHeight: size
    padding: 0
    opacity: enabled ? 1 : 0.45
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.name: text
    Accessible.checkable: checkable
    Accessible.checked: checked

    contentItem: Item {
        Icon {
            anchors.centerIn: parent
            name: control.iconName
            size: control.iconSize
            color: control.ink
        }
    }

    background: Rectangle {
        radius: Theme.radiusMedium
        color: control.kind === "primary" ? (control.down ? Theme.accentPressed : control.hovered ? Theme.accentHover : Theme.accent)
               : control.checked ? Theme.accentSoft : control.down ? Theme.pressed
               : control.hovered ? Theme.hover : "transparent"
        Behavior on color { ColorAnimation { duration: Theme.fastMs } }
        PFocusRing { control: control; gap: 0 }
    }

    Rectangle {
        visible: control.badge > 0
        width: Theme.px(8); height: width; radius: width / 2
        color: Theme.mention
        anchors { top: parent.top; right: parent.right; margins: Theme.px(6) }
    }

    // A button that was pressed has said what it is, and must not cover what it opened.
    property bool used: false
    onDownChanged: if (down) used = true
    onHoveredChanged: if (!hovered) used = false
    onVisualFocusChanged: if (!visualFocus) used = false

    PTip {
        text: control.text
        shortcutAction: control.shortcutAction
        wanted: control.text !== "" && (control.hovered || control.visualFocus) && !control.used
    }
}
