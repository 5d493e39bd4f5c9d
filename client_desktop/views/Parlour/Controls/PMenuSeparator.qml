import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

T.MenuSeparator {
    implicitHeight: visible ? Theme.space8 + 1 : 0
    implicitWidth: Theme.px(120)
    contentItem: Item {
        Rectangle {
            anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter }
            height: 1
            color: Theme.border
        }
    }
}
