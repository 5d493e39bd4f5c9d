import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// A small rounded button: a reaction with its count, a filter. `checked` means it is mine, or on.
T.Button {
    id: chip

    property int count: 0
    property string iconName: ""
    property string toolTip: ""
    property string image: ""

    implicitWidth: row.implicitWidth + 2 * Theme.space8 + 2
    implicitHeight: Theme.px(24)
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.name: count > 0 ? text + " " + count : text
    Accessible.description: toolTip
    Accessible.checkable: checkable
    Accessible.checked: checked

    contentItem: Item {
        Row {
            id: row
            anchors.centerIn: parent
            spacing: Theme.space4 + 1
            Icon {
                visible: chip.iconName !== ""
                name: chip.iconName
                size: Theme.px(14)
                color: chip.checked ? Theme.accent : Theme.textMuted
                anchors.verticalCenter: parent.verticalCenter
            }
            Image {
                visible: chip.image !== ""
                source: chip.image
                sourceSize.height: Theme.px(16)
                height: Theme.px(16)
                fillMode: Image.PreserveAspectFit
                anchors.verticalCenter: parent.verticalCenter
            }
            PText {
                visible: chip.text !== "" && chip.image === ""
                text: chip.text
                role: "small"
                width: Math.min(implicitWidth, Theme.px(160))
                anchors.verticalCenter: parent.verticalCenter
                Accessible.ignored: true
            }
            PText {
                visible: chip.count > 0
                text: chip.count
                role: "small"
                color: chip.checked ? Theme.accent : Theme.textMuted
                font.weight: Theme.weightMedium
                font.features: Theme.tabularFigures
                anchors.verticalCenter: parent.verticalCenter
                Accessible.ignored: true
            }
        }
    }
    background: Rectangle {
        radius: height / 2
        color: chip.checked ? Theme.accentSoft : chip.down ? Theme.pressed : chip.hovered ? Theme.hover : Theme.surface
        border { width: 1; color: chip.checked ? Theme.accent : Theme.floatBorder }
        PFocusRing { control: chip; gap: 0 }
    }
    PTip { text: chip.toolTip; wanted: chip.toolTip !== "" && (chip.hovered || chip.visualFocus) }
}
