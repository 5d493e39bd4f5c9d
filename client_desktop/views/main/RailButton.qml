import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// One square of the rail: an icon, or a space's or person's picture. What is chosen has a mark at the edge.
T.Button {
    id: button

    property string iconName: ""
    property string identifier: ""
    property string picture: ""
    property bool current: false
    property bool round: false
    property int unread: 0
    property int mentions: 0
    property string presence: ""
    property string shortcutAction: ""

    signal menuRequested

    implicitWidth: Theme.avatarRail
    implicitHeight: Theme.avatarRail
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.name: text
    Accessible.selected: current

    contentItem: Item {
        Icon {
            visible: button.iconName !== ""
            anchors.centerIn: parent
            name: button.iconName
            color: button.current ? Theme.accentText : button.hovered ? Theme.text : Theme.textMuted
        }
        Avatar {
            visible: button.iconName === ""
            anchors.fill: parent
            size: button.round ? Theme.px(36) : Theme.avatarRail
            anchors.margins: button.round ? Theme.px(2) : 0
            name: button.text
            identifier: button.identifier
            url: button.picture
            rounded: !button.round
            below: Theme.rail
            presence: button.presence
            Accessible.ignored: true
        }
    }
    background: Rectangle {
        radius: button.round ? width / 2 : Theme.avatarRail * 0.28
        color: button.iconName === "" ? "transparent"
               : button.current ? Theme.accent : button.down ? Theme.pressed : button.hovered ? Theme.hover : "transparent"
        PFocusRing { control: button; gap: 1 }
    }

    Rectangle { // the mark of what is chosen, at the window's edge
        visible: button.current || button.hovered && button.identifier !== "" && !button.round
        x: -(Theme.railWidth - button.width) / 2 - 1
        anchors.verticalCenter: parent.verticalCenter
        width: Theme.px(4)
        height: button.current ? Theme.px(20) : Theme.px(8)
        radius: 2
        color: Theme.accent
        Behavior on height { NumberAnimation { duration: Theme.fastMs } }
    }
    PBadge {
        visible: button.unread > 0 || button.mentions > 0
        dot: button.mentions === 0
        count: button.mentions
        mention: button.mentions > 0
        anchors { right: parent.right; bottom: parent.bottom; margins: dot ? 0 : -Theme.px(4) }
    }
    TapHandler {
        acceptedButtons: Qt.RightButton
        onTapped: button.menuRequested()
    }
    Keys.onMenuPressed: button.menuRequested()

    readonly property bool pointedAt: hovered || visualFocus
    onPointedAtChanged: if (pointedAt) tip.active = true
    Loader { // few buttons are ever pointed at
        id: tip
        active: false
        sourceComponent: PToolTip {
            parent: button
            text: button.text
            shortcutAction: button.shortcutAction
            visible: button.pointedAt && !button.down
            x: button.width + Theme.space8
            y: Math.round((button.height - height) / 2)
        }
    }
}
