import QtQuick
import Parlour.Theme

// Nothing here yet: says so, and what to do next. Buttons are its children.
Column {
    id: empty

    property string iconName: ""
    property string title: ""
    property string text: ""
    default property alias actions: buttons.data

    width: Math.min(Theme.px(360), parent ? parent.width - 2 * Theme.space16 : Theme.px(360))
    spacing: Theme.space8

    Rectangle {
        visible: empty.iconName !== ""
        width: Theme.px(56); height: width; radius: Theme.radiusLarge
        color: Theme.accentSoft
        anchors.horizontalCenter: parent.horizontalCenter
        Icon { anchors.centerIn: parent; name: empty.iconName; size: Theme.px(26); color: Theme.accent }
    }
    Item { width: 1; height: Theme.space4; visible: empty.iconName !== "" }
    PText {
        visible: text !== ""
        text: empty.title
        role: "lead"
        strong: true
        width: parent.width
        wrapMode: Text.Wrap
        horizontalAlignment: Text.AlignHCenter
        Accessible.role: Accessible.Heading
    }
    PText {
        visible: text !== ""
        text: empty.text
        muted: true
        width: parent.width
        wrapMode: Text.Wrap
        horizontalAlignment: Text.AlignHCenter
    }
    Item { width: 1; height: Theme.space8; visible: buttons.children.length > 0 }
    Row {
        id: buttons
        spacing: Theme.space8
        anchors.horizontalCenter: parent.horizontalCenter
    }
}
