import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// The heading of a section. Collapsible ones open and close; `actions` stand at its end.
T.AbstractButton {
    id: header

    property bool collapsible: false
    property bool collapsed: false
    property bool capitals: true
    property int badge: 0
    default property alias actions: side.data

    implicitWidth: Theme.px(240)
    implicitHeight: Theme.hitTarget
    hoverEnabled: collapsible
    focusPolicy: collapsible ? Qt.StrongFocus : Qt.NoFocus
    leftPadding: Theme.space8 + 2
    rightPadding: side.children.length > 0 ? Theme.space4 : Theme.space8
    Accessible.role: collapsible ? Accessible.Button : Accessible.Heading
    Accessible.name: text
    Accessible.onPressAction: clicked()
    onClicked: if (collapsible) collapsed = !collapsed

    contentItem: Item {
        PText {
            id: words
            text: header.text
            role: header.capitals ? "caption" : "small"
            color: header.hovered ? Theme.text : Theme.textMuted
            font.weight: Theme.weightSemibold
            font.capitalization: header.capitals ? Font.AllUppercase : Font.MixedCase
            font.letterSpacing: header.capitals ? 0.5 : 0
            anchors { left: parent.left; verticalCenter: parent.verticalCenter }
            width: Math.min(implicitWidth, parent.width - side.width - (mark.visible ? mark.width + Theme.space4 : 0))
            Accessible.ignored: true
        }
        Icon {
            id: mark
            visible: header.collapsible && (header.collapsed || header.hovered || header.visualFocus)
            name: header.collapsed ? (LayoutMirroring.enabled ? "chevron-left" : "chevron-right") : "chevron-down"
            directional: false
            size: Theme.px(14)
            anchors { left: words.right; leftMargin: Theme.space4; verticalCenter: parent.verticalCenter }
        }
        PBadge {
            visible: header.collapsed && header.badge > 0
            count: header.badge
            anchors { right: side.left; verticalCenter: parent.verticalCenter }
        }
        Row {
            id: side
            anchors { right: parent.right; verticalCenter: parent.verticalCenter }
        }
    }
    background: Rectangle {
        color: "transparent"
        radius: Theme.radiusSmall
        PFocusRing { control: header; gap: -2 }
    }
}
