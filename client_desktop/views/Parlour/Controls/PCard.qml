import QtQuick
import Parlour.Theme

// A group of things that belong together, on its own ground.
Rectangle {
    id: card

    property int padding: Theme.space16
    property int spacing: Theme.space12
    default property alias content: column.data

    implicitWidth: Theme.px(320)
    implicitHeight: column.implicitHeight + 2 * padding
    radius: Theme.radiusMedium + 2
    color: Theme.bg
    border { width: 1; color: Theme.border }

    Column {
        id: column
        anchors { left: parent.left; right: parent.right; top: parent.top; margins: card.padding }
        spacing: card.spacing
    }
}
