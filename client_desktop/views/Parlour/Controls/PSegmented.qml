import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// A choice of two to five, all visible. `options`: [{value, text}]; `value` is the chosen one.
Rectangle {
    id: control

    property var options: []
    property var value: undefined
    property string label: ""

    signal chosen(var value)

    implicitWidth: 6 + options.length * (2 * Theme.space16 + Math.ceil(options.reduce(
        (widest, option) => Math.max(widest, metrics.advanceWidth(option.text)), 0)))
    implicitHeight: Theme.px(40)
    radius: Theme.radiusMedium
    color: Theme.sunken
    border { width: 1; color: Theme.border }
    opacity: enabled ? 1 : 0.45
    Accessible.role: Accessible.Grouping
    Accessible.name: label

    FontMetrics {
        id: metrics
        font { pixelSize: Theme.sizeBody; weight: Theme.weightMedium }
    }

    Row {
        id: row
        anchors { fill: parent; margins: 3 }
        Repeater {
            id: parts
            model: control.options
            T.RadioButton {
                id: part
                required property var modelData
                required property int index
                width: row.width / control.options.length
                height: row.height
                checked: control.value === modelData.value
                text: modelData.text
                hoverEnabled: true
                focusPolicy: Qt.StrongFocus
                onClicked: control.chosen(modelData.value)
                Accessible.name: text
                Keys.onRightPressed: step(LayoutMirroring.enabled ? -1 : 1)
                Keys.onLeftPressed: step(LayoutMirroring.enabled ? 1 : -1)
                function step(by) {
                    const next = parts.itemAt(index + by);
                    if (next !== null) {
                        next.forceActiveFocus(Qt.TabFocusReason);
                        control.chosen(next.modelData.value);
                    }
                }
                contentItem: PText {
                    text: part.text
                    color: part.checked ? Theme.text : Theme.textMuted
                    font.weight: part.checked ? Theme.weightMedium : Theme.weightRegular
                    horizontalAlignment: Text.AlignHCenter
                    Accessible.ignored: true
                }
                background: Rectangle {
                    radius: Theme.radiusMedium - 3
                    color: part.checked ? Theme.surface : part.hovered ? Theme.hover : "transparent"
                    border { width: part.checked ? 1 : 0; color: Theme.floatBorder }
                    PFocusRing { control: part; gap: 0 }
                }
            }
        }
    }
}
