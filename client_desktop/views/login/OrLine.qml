import QtQuick
import Parlour.Controls
import Parlour.Theme

// A hairline with "or" in its middle.
Item {
    implicitHeight: words.implicitHeight

    Rectangle { height: 1; color: Theme.border; anchors { left: parent.left; right: words.left; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter } }
    PText { id: words; text: qsTrId("login.or"); role: "small"; faint: true; anchors.centerIn: parent }
    Rectangle { height: 1; color: Theme.border; anchors { left: words.right; leftMargin: Theme.space12; right: parent.right; verticalCenter: parent.verticalCenter } }
}
