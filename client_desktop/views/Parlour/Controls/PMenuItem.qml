import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// One line of a menu: icon, words, keys.
T.MenuItem {
    id: control

    property string iconName: subMenu?.iconName ?? ""
    property string shortcutAction: ""
    property bool danger: false

    readonly property color ink: danger ? Theme.danger : Theme.text

    implicitWidth: words.implicitWidth + keys.implicitWidth + leftPadding + rightPadding
                   + (lead.visible ? lead.width + Theme.space12 : 0) + Theme.space24
    implicitHeight: visible ? Theme.hitTarget : 0
    leftPadding: Theme.space8 + 2
    rightPadding: Theme.space8 + 2
    opacity: enabled ? 1 : 0.45
    font.pixelSize: Theme.sizeBody
    Accessible.name: text

    contentItem: Item {
        Icon {
            id: lead
            visible: control.iconName !== "" || control.checkable
            name: control.checkable ? (control.checked ? "check" : "") : control.iconName
            size: Theme.px(18)
            color: control.danger ? Theme.danger : Theme.textMuted
            anchors { left: parent.left; verticalCenter: parent.verticalCenter }
        }
        PText {
            id: words
            text: control.text
            color: control.ink
            anchors {
                left: lead.visible ? lead.right : parent.left
                leftMargin: lead.visible ? Theme.space12 : 0
                right: keys.left
                rightMargin: Theme.space8
                verticalCenter: parent.verticalCenter
            }
            Accessible.ignored: true
        }
        PText {
            id: keys
            text: control.shortcutAction === "" ? "" : Shortcuts.label(control.shortcutAction)
            role: "small"
            faint: true
            anchors { right: parent.right; verticalCenter: parent.verticalCenter }
            Accessible.ignored: true
        }
    }

    arrow: Icon {
        visible: control.subMenu !== null
        name: "chevron-right"
        size: Theme.iconSmall
        x: control.mirrored ? control.leftPadding : control.width - width - control.rightPadding
        y: Math.round((control.height - height) / 2)
    }

    background: Rectangle {
        radius: Theme.radiusSmall
        color: control.down ? Theme.pressed : control.highlighted ? (control.danger ? Theme.dangerSoft : Theme.hover) : "transparent"
    }
}
