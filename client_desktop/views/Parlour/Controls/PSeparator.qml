import QtQuick
import Parlour.Theme

// A hairline, with a word in its middle where one is given.
Item {
    id: line

    property string text: ""
    property color color: Theme.border
    property color textColor: Theme.textMuted
    // Centred, or at the end as the "New" line has it.
    property bool atEnd: false
    property bool vertical: false

    implicitHeight: vertical ? Theme.px(24) : text === "" ? 1 : words.implicitHeight
    implicitWidth: vertical ? 1 : Theme.px(120)
    Accessible.role: Accessible.Separator
    Accessible.name: text

    Rectangle {
        anchors { left: parent.left; right: words.visible ? words.left : parent.right; rightMargin: words.visible ? Theme.space12 : 0; verticalCenter: parent.verticalCenter }
        height: line.vertical ? parent.height : 1
        color: line.color
    }
    PText {
        id: words
        visible: line.text !== ""
        text: line.text
        role: "caption"
        color: line.textColor
        font.weight: Theme.weightMedium
        anchors.verticalCenter: parent.verticalCenter
        x: LayoutMirroring.enabled ? (line.atEnd ? 0 : (line.width - width) / 2)
                                   : (line.atEnd ? line.width - width : (line.width - width) / 2)
        Accessible.ignored: true
    }
    Rectangle {
        visible: words.visible && !line.atEnd
        anchors { left: words.right; right: parent.right; leftMargin: Theme.space12; verticalCenter: parent.verticalCenter }
        height: 1
        color: line.color
    }
}
