import QtQuick
import Parlour.Theme
import Parlour.Controls

// What can be done to the messages that were picked; stands where the composer is.
FocusScope {
    id: bar

    required property var picks
    required property string roomId
    signal removalAsked

    implicitHeight: Theme.px(50)
    Accessible.role: Accessible.ToolBar
    Accessible.name: Words.text("main.select.count", [], bar.picks.count)

    Rectangle {
        anchors.fill: parent
        radius: Theme.radiusLarge
        color: Theme.bg
        border { width: 1; color: Theme.floatBorder }
    }
    PText {
        anchors { left: parent.left; leftMargin: Theme.space16; right: acts.left; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
        text: Words.text("main.select.count", [], bar.picks.count)
        font.weight: Theme.weightMedium
        font.features: Theme.tabularFigures
    }
    Row {
        id: acts
        anchors { right: parent.right; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
        spacing: Theme.space4
        PIconButton { objectName: "copySelected"; text: qsTrId("main.select.copy"); iconName: "copy"; enabled: bar.picks.count > 0; onClicked: bar.picks.copy() }
        PIconButton { objectName: "forwardSelected"; text: qsTrId("main.select.forward"); iconName: "forward"; enabled: bar.picks.canForward; onClicked: app.forward.beginMany(bar.roomId, bar.picks.eventIds) }
        PIconButton { objectName: "removeSelected"; text: qsTrId("main.select.remove"); iconName: "trash-2"; kind: "danger"; enabled: bar.picks.canRemove; onClicked: bar.removalAsked() }
        PButton { objectName: "endSelecting"; small: true; text: qsTrId("main.select.cancel"); onClicked: bar.picks.clear() }
    }
}
