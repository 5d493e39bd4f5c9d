import QtQuick
import QtQuick.Templates as T
import Parlour.Controls
import Parlour.Theme

// A large button with two lines: one way of several to go on.
T.Button {
    id: control

    property string iconName: ""
    property string detail: ""

    implicitHeight: words.implicitHeight + 2 * Theme.space12
    implicitWidth: Theme.px(320)
    hoverEnabled: true
    Accessible.name: text
    Accessible.description: detail

    contentItem: Item {
        Icon { id: mark; name: control.iconName; anchors { left: parent.left; leftMargin: Theme.space16; verticalCenter: parent.verticalCenter } color: Theme.accent }
        Column {
            id: words
            spacing: Theme.px(2)
            anchors { left: mark.right; leftMargin: Theme.space12; right: arrow.left; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
            PText { text: control.text; font.weight: Theme.weightMedium; width: parent.width; Accessible.ignored: true }
            PText { text: control.detail; visible: text !== ""; role: "small"; muted: true; width: parent.width; wrapMode: Text.Wrap; lineHeight: 1.15; Accessible.ignored: true }
        }
        Icon { id: arrow; name: "chevron-right"; size: Theme.px(18); anchors { right: parent.right; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter } }
    }
    background: Rectangle {
        radius: Theme.radiusMedium
        color: control.down ? Theme.pressed : control.hovered ? Theme.hover : Theme.bg
        border { width: 1; color: Theme.border }
        PFocusRing { control: control }
    }
}
