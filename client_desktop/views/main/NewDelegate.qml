import QtQuick
import Parlour.Theme
import Parlour.Controls

// Everything below this line is unread.
Item {
    id: line

    required property var row
    readonly property Item view: ListView.view?.view ?? null

    width: ListView.view?.width ?? 0
    height: Theme.px(30)
    Accessible.role: Accessible.Separator
    Accessible.name: qsTrId("main.new")

    Rectangle {
        anchors { left: parent.left; leftMargin: line.view?.inset ?? 0; right: label.left; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
        height: 1
        color: Theme.mention
        opacity: 0.7
    }
    PText {
        id: label
        anchors { right: parent.right; rightMargin: line.view?.inset ?? 0; verticalCenter: parent.verticalCenter }
        text: qsTrId("main.new")
        role: "caption"
        color: Theme.mention
        font.weight: Theme.weightSemibold
        Accessible.ignored: true
    }
}
