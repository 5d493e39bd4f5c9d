import QtQuick
import Parlour.Theme

Item {
    property var block: null
    width: parent?.width ?? 0
    implicitHeight: Theme.space16
    Rectangle { width: parent.width; height: 1; color: Theme.border; anchors.verticalCenter: parent.verticalCenter }
}
