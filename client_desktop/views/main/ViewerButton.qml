import QtQuick
import Parlour.Theme
import Parlour.Controls

// A button on the dark ground of the media viewer.
PIconButton {
    id: button
    contentItem: Item { Icon { anchors.centerIn: parent; name: button.iconName; color: button.hovered ? "white" : "#C9C6C0" } }
    background: Rectangle {
        radius: Theme.radiusMedium
        color: button.down ? Qt.rgba(1, 1, 1, 0.2) : button.hovered ? Qt.rgba(1, 1, 1, 0.12) : "transparent"
        border { width: button.visualFocus ? 2 : 0; color: "white" }
    }
}
