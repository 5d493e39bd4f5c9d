import QtQuick
import Parlour.Theme

// Text in one of the six sizes: caption, small, body, lead, title, display.
Text {
    id: label

    property string role: "body"
    property bool muted: false
    property bool faint: false
    property bool strong: false

    color: faint ? Theme.textFaint : muted ? Theme.textMuted : Theme.text
    font.pixelSize: role === "caption" ? Theme.sizeCaption : role === "small" ? Theme.sizeSmall
                    : role === "lead" ? Theme.sizeLead : role === "title" ? Theme.sizeTitle
                    : role === "display" ? Theme.sizeDisplay : Theme.sizeBody
    font.weight: strong || role === "title" || role === "display" ? Theme.weightSemibold : Theme.weightRegular
    lineHeight: wrapMode === Text.NoWrap ? 1 : Theme.lineHeight
    textFormat: Text.PlainText
    elide: wrapMode === Text.NoWrap ? Text.ElideRight : Text.ElideNone
    linkColor: Theme.link
    horizontalAlignment: Text.AlignLeft
    verticalAlignment: Text.AlignVCenter
    Accessible.role: Accessible.StaticText
    Accessible.name: text
}
