import QtQuick
import Parlour.Theme
import Parlour.Controls

// A room in the quick switcher or in the list of rooms to forward to.
Rectangle {
    id: line

    required property var row
    required property int index
    property Component trailing: null

    signal picked

    width: ListView.view?.width ?? 0
    height: Theme.px(48)
    radius: Theme.radiusMedium
    color: ListView.isCurrentItem ? Theme.accentSoft : hover.hovered ? Theme.hover : "transparent"
    Accessible.role: Accessible.ListItem
    Accessible.name: row.name + ", " + row.detail
    Accessible.selected: ListView.isCurrentItem
    Accessible.onPressAction: picked()

    Avatar {
        id: face
        name: line.row.name
        identifier: line.row.colorId
        url: line.row.avatarUrl
        rounded: line.row.isSpace
        size: Theme.avatarList
        anchors { left: parent.left; leftMargin: Theme.space8; verticalCenter: parent.verticalCenter }
        Accessible.ignored: true
    }
    Column {
        anchors { left: face.right; leftMargin: Theme.space12; right: side.left; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
        PText { text: line.row.name; font.weight: Theme.weightMedium; width: parent.width; Accessible.ignored: true }
        PText { visible: text !== ""; text: line.row.detail; role: "small"; muted: true; width: parent.width; Accessible.ignored: true }
    }
    Row {
        id: side
        spacing: Theme.space8
        anchors { right: parent.right; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
        PBadge {
            visible: line.trailing === null && (line.row.mentions > 0 || line.row.unread > 0)
            count: line.row.mentions > 0 ? line.row.mentions : line.row.unread
            mention: line.row.mentions > 0
            anchors.verticalCenter: parent.verticalCenter
        }
        Loader { sourceComponent: line.trailing; anchors.verticalCenter: parent.verticalCenter }
    }
    HoverHandler { id: hover }
    TapHandler { onTapped: line.picked() }
}
