import QtQuick
import Parlour.Controls
import Parlour.Theme

// Words in front (a name and what it means), a control or button behind; below each other where it is narrow.
Item {
    id: row

    property string title: ""
    property string text: ""
    property color textColor: Theme.textMuted
    property string iconName: ""
    property color iconColor: Theme.textMuted
    default property alias content: side.data

    readonly property bool stacked: side.implicitWidth > 0 && width - side.implicitWidth - Theme.space16 < Theme.px(150)

    width: parent?.width ?? implicitWidth
    implicitWidth: Theme.px(320)
    implicitHeight: stacked ? words.implicitHeight + side.implicitHeight + Theme.space8
                            : Math.max(words.implicitHeight, side.implicitHeight, Theme.hitTarget)

    Icon {
        id: mark
        visible: row.iconName !== ""
        name: row.iconName
        color: row.iconColor
        anchors { left: parent.left; verticalCenter: words.verticalCenter }
    }
    Column {
        id: words
        spacing: Theme.px(1)
        anchors { left: mark.visible ? mark.right : parent.left; leftMargin: mark.visible ? Theme.space12 : 0 }
        width: (row.stacked ? row.width : row.width - side.implicitWidth - (side.implicitWidth > 0 ? Theme.space16 : 0)) - x
        y: row.stacked ? 0 : Math.round((row.height - implicitHeight) / 2)
        PText { visible: text !== ""; text: row.title; width: parent.width; wrapMode: Text.Wrap; lineHeight: 1.15 }
        PText { visible: text !== ""; text: row.text; role: "small"; color: row.textColor; width: parent.width; wrapMode: Text.Wrap; lineHeight: 1.15 }
    }
    Row {
        id: side
        spacing: Theme.space8
        anchors.right: parent.right
        y: row.stacked ? words.implicitHeight + Theme.space8 : Math.round((row.height - implicitHeight) / 2)
    }
}
