import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.TabButton {
    id: control

    property int badge: 0

    implicitWidth: Math.max(Theme.hitTarget, row.implicitWidth + 2 * Theme.space12)
    implicitHeight: Theme.px(40)
    width: implicitWidth
    hoverEnabled: true
    Accessible.name: text

    contentItem: Item {
        Row {
            id: row
            anchors.centerIn: parent
            spacing: Theme.space8 - 2
            PText {
                text: control.text
                color: control.checked ? Theme.text : control.hovered ? Theme.text : Theme.textMuted
                font.weight: Theme.weightMedium
                Accessible.ignored: true
            }
            PBadge { count: control.badge; anchors.verticalCenter: parent.verticalCenter }
        }
    }
    background: Rectangle {
        radius: Theme.radiusSmall
        color: control.hovered && !control.checked ? Theme.hover : "transparent"
        Rectangle {
            visible: control.checked
            anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
            anchors { leftMargin: Theme.space8; rightMargin: Theme.space8 }
            height: 2
            radius: 1
            color: Theme.accent
        }
        PFocusRing { control: control; gap: -2 }
    }
}
