import QtQuick
import Parlour.Controls
import Parlour.Theme

// A heading and the card below it. `bare`: what is inside brings its own cards.
Column {
    id: group

    property string title: ""
    property string text: ""
    property bool bare: false
    property int gap: Theme.space12
    default property alias content: inside.data

    spacing: Theme.space8
    width: parent?.width ?? implicitWidth

    PText {
        visible: text !== ""
        text: group.title
        role: "small"
        muted: true
        font.weight: Theme.weightSemibold
        width: parent.width
        Accessible.role: Accessible.Heading
    }
    PText {
        visible: text !== ""
        text: group.text
        role: "small"
        muted: true
        width: parent.width
        wrapMode: Text.Wrap
    }
    Rectangle {
        width: parent.width
        implicitHeight: inside.implicitHeight + (group.bare ? 0 : 2 * Theme.space16)
        radius: Theme.radiusMedium + 2
        color: group.bare ? "transparent" : Theme.bg
        border { width: group.bare ? 0 : 1; color: Theme.border }
        Column {
            id: inside
            spacing: group.gap
            anchors { left: parent.left; right: parent.right; top: parent.top; margins: group.bare ? 0 : Theme.space16 }
        }
    }
}
