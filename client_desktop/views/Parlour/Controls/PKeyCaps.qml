import QtQuick
import Parlour.Theme

// The keys of an action, drawn as keys.
Row {
    id: caps

    property string action: ""
    property string sequence: action === "" ? "" : (Shortcuts.keys(action)[0] ?? "")

    spacing: Theme.space4
    LayoutMirroring.enabled: false // keys are pressed in this order everywhere
    Accessible.role: Accessible.StaticText
    Accessible.name: sequence

    Repeater {
        model: caps.sequence === "" ? [] : Shortcuts.caps(caps.sequence)
        Rectangle {
            required property string modelData
            width: Math.max(height, label.implicitWidth + Theme.space12)
            height: Theme.px(22)
            radius: Theme.px(5)
            color: Theme.bg
            border { width: 1; color: Theme.floatBorder }
            PText {
                id: label
                anchors.centerIn: parent
                text: parent.modelData
                role: "caption"
                muted: true
                font.weight: Theme.weightMedium
                Accessible.ignored: true
            }
        }
    }
}
