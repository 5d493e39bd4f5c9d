import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// Tabs (PTabButton) with a line under the chosen one.
T.TabBar {
    id: control

    implicitWidth: contentItem.contentWidth
    implicitHeight: Theme.px(40)
    spacing: Theme.space4

    contentItem: ListView {
        model: control.contentModel
        currentIndex: control.currentIndex
        spacing: control.spacing
        orientation: ListView.Horizontal
        boundsBehavior: Flickable.StopAtBounds
        flickableDirection: Flickable.AutoFlickIfNeeded
        snapMode: ListView.SnapToItem
        highlightMoveDuration: 0
        clip: contentWidth > width
    }
    background: Item {
        Rectangle { anchors { left: parent.left; right: parent.right; bottom: parent.bottom } height: 1; color: Theme.border }
    }
}
