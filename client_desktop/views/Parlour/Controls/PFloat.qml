import QtQuick
import Parlour.Theme

// The ground of what floats: a border, and a shadow of a few translucent layers (no shader needed).
Rectangle {
    id: ground

    property bool shadow: true

    color: Theme.surface
    radius: Theme.radiusMedium
    border { width: 1; color: Theme.floatBorder }

    Repeater {
        model: ground.shadow ? 6 : 0
        Rectangle {
            required property int index
            z: -1
            anchors.fill: parent
            anchors.margins: -(index + 1)
            anchors.topMargin: -index + 1
            anchors.bottomMargin: -(index + 1) - 3
            radius: ground.radius + index + 1
            color: "transparent"
            border { width: 2; color: Qt.rgba(0, 0, 0, (Theme.dark ? 0.11 : 0.028) * (6 - index) / 6) }
        }
    }
}
