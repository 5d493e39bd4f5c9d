import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// One of several. `model`, `textRole`, `valueRole` as in Qt's ComboBox.
T.ComboBox {
    id: control

    property string label: ""

    implicitWidth: Theme.px(200)
    implicitHeight: Theme.px(40)
    leftPadding: mirrored ? Theme.space32 : Theme.space12
    rightPadding: mirrored ? Theme.space12 : Theme.space32
    font.pixelSize: Theme.sizeBody
    hoverEnabled: true
    opacity: enabled ? 1 : 0.45
    Accessible.name: label

    contentItem: PText {
        text: control.displayText
        leftPadding: 0
        Accessible.ignored: true
    }
    indicator: Icon {
        name: "chevrons-up-down"
        size: Theme.iconSmall
        x: control.mirrored ? Theme.space8 : control.width - width - Theme.space8
        y: Math.round((control.height - height) / 2)
    }
    background: Rectangle {
        radius: Theme.radiusMedium
        color: control.down ? Theme.pressed : control.hovered ? Theme.hover : Theme.surface
        border { width: 1; color: Theme.floatBorder }
        PFocusRing { control: control }
    }

    delegate: T.ItemDelegate {
        id: option

        required property var model
        required property int index

        width: ListView.view.width
        implicitHeight: Theme.hitTarget
        text: model[control.textRole === "" ? "modelData" : control.textRole] ?? ""
        highlighted: control.highlightedIndex === index
        Accessible.name: text
        contentItem: Item {
            PText {
                text: option.text
                anchors { left: parent.left; leftMargin: Theme.space8; right: mark.left; verticalCenter: parent.verticalCenter }
                Accessible.ignored: true
            }
            Icon {
                id: mark
                visible: control.currentIndex === option.index
                name: "check"
                size: Theme.iconSmall
                color: Theme.accent
                anchors { right: parent.right; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
            }
        }
        background: Rectangle {
            radius: Theme.radiusSmall
            color: option.highlighted ? Theme.hover : "transparent"
        }
    }

    popup: T.Popup {
        y: control.height + Theme.space4
        width: control.width
        implicitHeight: Math.min(contentItem.implicitHeight + 2 * padding, Theme.px(320))
        padding: Theme.space4
        margins: Theme.space8
        contentItem: ListView {
            clip: true
            implicitHeight: contentHeight
            model: control.delegateModel
            currentIndex: control.highlightedIndex
            boundsBehavior: Flickable.StopAtBounds
            T.ScrollBar.vertical: PScrollBar {}
        }
        background: PFloat {}
        enter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.fastMs } }
    }
}
