import QtQuick
import Parlour.Theme
import Parlour.Controls

// Over a message while messages are picked: a click anywhere ticks it.
MouseArea {
    id: area

    required property var row
    required property bool picked
    signal toggled

    cursorShape: Qt.PointingHandCursor
    onClicked: toggled()
    Accessible.role: Accessible.CheckBox
    Accessible.name: row.spoken
    Accessible.checked: picked
    Accessible.onToggleAction: toggled()

    Rectangle {
        objectName: "pick"
        width: Theme.px(20)
        height: width
        radius: width / 2
        color: area.picked ? Theme.accent : Theme.surface
        border { width: area.picked ? 0 : 1.5; color: Theme.controlBorder }
        anchors { right: parent.right; rightMargin: Theme.space16; verticalCenter: parent.verticalCenter }
        Icon { anchors.centerIn: parent; visible: area.picked; name: "check"; size: Theme.px(14); color: Theme.accentText }
    }
}
