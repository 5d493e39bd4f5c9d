import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// A row of a list: something in front, two lines of words, something behind. `selected` lifts it.
T.ItemDelegate {
    id: control

    property string detail: ""
    property bool selected: false
    property bool strong: false
    property int lines: detail === "" ? 1 : 2
    property Component leading: null
    property Component trailing: null
    property color inkColor: Theme.text

    width: ListView.view ? ListView.view.width : implicitWidth
    implicitWidth: Theme.px(240)
    implicitHeight: Math.max(lines > 1 ? Theme.roomRow : Theme.listRow, Theme.hitTarget)
    leftPadding: Theme.space8
    rightPadding: Theme.space8
    topPadding: 0
    bottomPadding: 0
    spacing: Theme.space8 + 2
    hoverEnabled: true
    opacity: enabled ? 1 : 0.45
    Accessible.name: detail === "" ? text : text + ", " + detail
    Accessible.selected: selected

    contentItem: Item {
        Loader {
            id: front
            sourceComponent: control.leading
            active: control.leading !== null
            anchors { left: parent.left; verticalCenter: parent.verticalCenter }
        }
        Column {
            anchors {
                left: front.right
                leftMargin: front.active ? control.spacing : 0
                right: back.left
                rightMargin: back.width > 0 ? control.spacing : 0
                verticalCenter: parent.verticalCenter
            }
            spacing: Theme.px(1)
            PText {
                text: control.text
                strong: control.strong
                color: control.inkColor
                width: parent.width
                Accessible.ignored: true
            }
            PText {
                visible: control.detail !== ""
                text: control.detail
                role: "small"
                muted: true
                width: parent.width
                Accessible.ignored: true
            }
        }
        Loader {
            id: back
            sourceComponent: control.trailing
            active: control.trailing !== null
            anchors { right: parent.right; verticalCenter: parent.verticalCenter }
        }
    }

    background: Rectangle {
        radius: Theme.radiusMedium
        color: control.selected ? Theme.surface : control.down ? Theme.pressed
               : control.hovered || control.highlighted ? Theme.hover : "transparent"
        border { width: control.selected ? 1 : 0; color: Theme.border }
        PFocusRing { control: control; gap: -2 }
    }
}
