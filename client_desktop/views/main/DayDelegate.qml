import QtQuick
import Parlour.Theme
import Parlour.Controls

Item {
    id: day

    required property var row
    readonly property Item view: ListView.view?.view ?? null

    width: ListView.view?.width ?? 0
    height: Theme.px(44)
    Accessible.role: Accessible.Separator
    Accessible.name: row.text

    Rectangle {
        anchors { left: parent.left; leftMargin: day.view?.inset ?? 0; right: label.left; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
        height: 1
        color: Theme.border
    }
    PText {
        id: label
        anchors.centerIn: parent
        text: day.row.text
        role: "caption"
        muted: true
        font.weight: Theme.weightMedium
        Accessible.ignored: true
    }
    Rectangle {
        anchors { right: parent.right; rightMargin: day.view?.inset ?? 0; left: label.right; leftMargin: Theme.space12; verticalCenter: parent.verticalCenter }
        height: 1
        color: Theme.border
    }
}
