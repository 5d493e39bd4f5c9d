import QtQuick
import Parlour.Controls
import Parlour.Theme

// What went wrong and what to do next, above the fields it is about.
Rectangle {
    id: line

    property string text: ""

    visible: text !== ""
    implicitHeight: visible ? words.implicitHeight + 2 * Theme.space8 + Theme.space4 : 0
    radius: Theme.radiusMedium
    color: Theme.dangerSoft

    Icon {
        id: mark
        name: "circle-alert"
        size: Theme.px(18)
        color: Theme.danger
        anchors { left: parent.left; leftMargin: Theme.space12; top: words.top; topMargin: Theme.px(1) }
    }
    PText {
        id: words
        text: line.text
        role: "small"
        wrapMode: Text.Wrap
        anchors { left: mark.right; leftMargin: Theme.space8; right: parent.right; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
        Accessible.role: Accessible.AlertMessage
    }
}
