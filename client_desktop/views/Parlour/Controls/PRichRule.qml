import QtQuick
import Parlour.Theme

Item {
    property var block: null
    property var owner: null

    width: parent?.width ?? 0
    implicitHeight: Theme.space8

    Rectangle {
        anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter }
        height: 1
        color: Theme.border
    }
}
