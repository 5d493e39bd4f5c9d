import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// A menu of PMenuItem, PMenuSeparator and further menus.
T.Menu {
    id: control

    property string iconName: ""

    popupType: T.Popup.Item
    implicitWidth: Math.max(Theme.px(200), Math.min(Theme.px(360), contentItem.widest + leftPadding + rightPadding))
    implicitHeight: implicitContentHeight + topPadding + bottomPadding
    margins: Theme.space8
    padding: Theme.space4
    overlap: 1
    delegate: PMenuItem {}

    contentItem: ListView {
        property real widest: {
            let found = 0;
            for (let at = 0; at < control.count; at++)
                found = Math.max(found, control.itemAt(at)?.implicitWidth ?? 0);
            return found;
        }
        implicitHeight: contentHeight
        model: control.contentModel
        interactive: Window.window ? contentHeight + control.topPadding + control.bottomPadding > control.height : false
        clip: true
        currentIndex: control.currentIndex
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: PScrollBar {}
    }

    background: PFloat { implicitWidth: Theme.px(200) }
    enter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.fastMs } }
    exit: Transition { NumberAnimation { property: "opacity"; from: 1; to: 0; duration: Theme.fastMs } }
}
