import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// A floating panel beside what opened it: pickers, cards.
T.Popup {
    id: control

    implicitWidth: Math.max(background?.implicitWidth ?? 0, implicitContentWidth + leftPadding + rightPadding)
    implicitHeight: implicitContentHeight + topPadding + bottomPadding
    padding: Theme.space16
    margins: Theme.space8
    focus: true
    popupType: T.Popup.Item
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside

    background: PFloat { radius: Theme.radiusMedium }
    enter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.fastMs } }
    exit: Transition { NumberAnimation { property: "opacity"; from: 1; to: 0; duration: Theme.fastMs } }
}
