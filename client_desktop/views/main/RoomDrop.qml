import QtQuick
import Parlour.Theme
import Parlour.Controls

// A room that is being dragged through the list: where it may be put, and what follows the pointer.
Item {
    id: drop

    required property Item over
    property var room: null
    property point at
    readonly property bool active: room !== null
    readonly property string target: active ? targetAt(at.y) : ""

    visible: active

    function follow(item, point) {
        room = item.row;
        at = item.mapToItem(drop, point.x, point.y);
    }
    function end(taken) {
        const where = taken ? target : "", row = room;
        room = null;
        if (row === null)
            return;
        if (where === "favourites")
            app.rooms.setFavourite(row.roomId, true);
        else if (where === "low_priority")
            app.rooms.setLowPriority(row.roomId, true);
        else if (where === "none")
            row.favourite ? app.rooms.setFavourite(row.roomId, false) : app.rooms.setLowPriority(row.roomId, false);
    }
    // `none`: back among the others; empty: nothing would change.
    function targetAt(y) {
        if (y < 0 || y > height)
            return "";
        let section = y < first.height + Theme.space8 ? "favourites" : y > height - last.height - Theme.space8 ? "low_priority" : "";
        if (section === "") {
            const row = over.model.get(over.indexAt(over.width / 2, y + over.contentY));
            section = row?.section ?? "";
        }
        if (section === "favourites")
            return room.favourite ? "" : section;
        if (section === "low_priority")
            return room.lowPriority ? "" : section;
        return (section === "rooms" || section === "people") && (room.favourite || room.lowPriority) ? "none" : "";
    }

    component Place: Rectangle {
        property string section: ""
        property alias text: word.text
        property alias iconName: mark.name
        readonly property bool here: drop.target === section
        height: Theme.px(44)
        radius: Theme.radiusMedium
        color: here ? Theme.accentSoft : Theme.surface
        border { width: here ? 2 : 1; color: here ? Theme.accent : Theme.floatBorder }
        anchors { left: parent.left; right: parent.right; margins: Theme.space4 }
        Row {
            anchors.centerIn: parent
            spacing: Theme.space8
            Icon { id: mark; size: Theme.px(18); color: parent.parent.here ? Theme.accent : Theme.textMuted; anchors.verticalCenter: parent.verticalCenter }
            PText { id: word; role: "small"; font.weight: Theme.weightMedium; color: parent.parent.here ? Theme.accent : Theme.textMuted }
        }
    }
    Place { id: first; objectName: "dropFavourites"; section: "favourites"; visible: !(drop.room?.favourite ?? false); text: qsTrId("main.section.favourites"); iconName: "star"; anchors.top: parent.top }
    Place { id: last; objectName: "dropLowPriority"; section: "low_priority"; visible: !(drop.room?.lowPriority ?? false); text: qsTrId("main.section.low_priority"); iconName: "arrow-down"; anchors.bottom: parent.bottom; anchors.bottomMargin: Theme.space4 }

    PFloat {
        x: Math.max(0, Math.min(drop.width - width, drop.at.x - Theme.px(20)))
        y: drop.at.y - height / 2
        width: Math.min(name.implicitWidth + Theme.space24, Theme.px(220))
        height: Theme.px(36)
        opacity: 0.95
        PText {
            id: name
            anchors { left: parent.left; right: parent.right; margins: Theme.space12; verticalCenter: parent.verticalCenter }
            text: drop.room?.name ?? ""
            font.weight: Theme.weightSemibold
        }
    }
}
