import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

// A day to jump to. Arrow keys go through the days, PageUp and PageDown through the months.
PDialog {
    id: dialog

    property date day: new Date()

    signal chosen(real atMs)

    title: qsTrId("main.date.title")
    onOpened: {
        day = new Date();
        grid.forceActiveFocus();
    }

    function shift(days) {
        const next = new Date(day);
        next.setDate(next.getDate() + days);
        if (next <= new Date())
            day = next;
    }
    function shiftMonth(months) {
        const next = new Date(day.getFullYear(), day.getMonth() + months, 1);
        next.setDate(Math.min(day.getDate(), new Date(next.getFullYear(), next.getMonth() + 1, 0).getDate()));
        day = next > new Date() ? new Date() : next;
    }
    function take() {
        const start = new Date(day);
        start.setHours(0, 0, 0, 0);
        close();
        chosen(start.getTime());
    }

    contentItem: Column {
        spacing: Theme.space8
        Item {
            width: parent.width
            height: Theme.hitTarget
            PIconButton { text: qsTrId("main.date.earlier"); iconName: "chevron-left"; onClicked: dialog.shiftMonth(-1) }
            PText {
                anchors.centerIn: parent
                text: dialog.day.toLocaleDateString(Qt.locale(), "MMMM yyyy")
                strong: true
            }
            PIconButton { text: qsTrId("main.date.later"); iconName: "chevron-right"; anchors.right: parent.right; onClicked: dialog.shiftMonth(1) }
        }
        DayOfWeekRow {
            width: parent.width
            locale: Qt.locale()
            delegate: PText {
                required property string shortName
                text: shortName
                role: "caption"
                faint: true
                horizontalAlignment: Text.AlignHCenter
            }
        }
        MonthGrid {
            id: grid
            width: parent.width
            height: Theme.px(228)
            month: dialog.day.getMonth()
            year: dialog.day.getFullYear()
            locale: Qt.locale()
            focus: true
            activeFocusOnTab: true
            Accessible.name: dialog.day.toLocaleDateString(Qt.locale(), Locale.LongFormat)
            Keys.onLeftPressed: dialog.shift(-1)
            Keys.onRightPressed: dialog.shift(1)
            Keys.onUpPressed: dialog.shift(-7)
            Keys.onDownPressed: dialog.shift(7)
            Keys.onReturnPressed: dialog.take()
            Keys.onPressed: event => {
                if (event.key === Qt.Key_PageUp || event.key === Qt.Key_PageDown) {
                    dialog.shiftMonth(event.key === Qt.Key_PageUp ? -1 : 1);
                    event.accepted = true;
                }
            }
            delegate: Rectangle {
                id: cell
                required property var model
                readonly property bool future: model.date > new Date()
                readonly property bool picked: model.date.toDateString() === dialog.day.toDateString() && model.month === grid.month
                radius: Theme.radiusSmall
                color: picked ? Theme.accent : hover.hovered && !future ? Theme.hover : "transparent"
                border { width: model.today ? 1 : 0; color: Theme.accent }
                PText {
                    anchors.centerIn: parent
                    text: cell.model.day
                    font.features: Theme.tabularFigures
                    color: cell.picked ? Theme.accentText : cell.future || cell.model.month !== grid.month ? Theme.textFaint : Theme.text
                    opacity: cell.future || cell.model.month !== grid.month ? 0.6 : 1
                }
                HoverHandler { id: hover }
                TapHandler {
                    enabled: !cell.future
                    onTapped: {
                        dialog.day = new Date(cell.model.year, cell.model.month, cell.model.day);
                        dialog.take();
                    }
                }
            }
        }
    }
    actions: [
        PButton { kind: "primary"; text: qsTrId("main.date.go"); onClicked: dialog.take() }
    ]
}
