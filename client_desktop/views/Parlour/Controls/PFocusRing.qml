import QtQuick
import Parlour.Theme

// The ring round what the keyboard is on. Lies within a control's background or beside it.
Rectangle {
    // Whose focus it shows; it lies round its parent.
    property Item control: parent
    property int gap: 2

    anchors.fill: parent
    anchors.margins: -(gap + border.width)
    visible: control !== null && (control.visualFocus ?? control.activeFocus)
    color: "transparent"
    radius: (parent?.radius ?? Theme.radiusMedium) + gap + border.width
    border { width: Theme.focusRing; color: Theme.focus }
    z: 10
}
