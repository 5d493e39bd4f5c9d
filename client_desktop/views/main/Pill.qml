import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// A button that floats over the messages.
T.Button {
    id: pill

    property string iconName: ""
    property string tone: "plain" // plain, accent, mention

    readonly property color ink: tone === "accent" ? Theme.accentText : tone === "mention" ? Theme.mentionText : Theme.text

    implicitHeight: Theme.hitTarget
    implicitWidth: label.implicitWidth + Theme.px(52)
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.name: text

    contentItem: Item {
        Row {
            anchors.centerIn: parent
            spacing: Theme.space8
            Icon { name: pill.iconName; size: Theme.iconSmall; color: pill.ink; anchors.verticalCenter: parent.verticalCenter }
            PText { id: label; text: pill.text; role: "small"; color: pill.ink; font.weight: Theme.weightMedium; Accessible.ignored: true }
        }
    }
    background: PFloat {
        radius: height / 2
        color: pill.tone === "accent" ? (pill.hovered ? Theme.accentHover : Theme.accent)
               : pill.tone === "mention" ? Theme.mention : pill.hovered ? Theme.mix(Theme.text, 0.05, Theme.surface) : Theme.surface
        PFocusRing { control: pill; gap: 1 }
    }
}
