import QtQuick
import Parlour.Theme

// How many wait: green, terracotta for mentions, a dot without a number, a quiet label with `text`.
Rectangle {
    id: badge

    property int count: 0
    property bool mention: false
    property bool dot: false
    property bool quiet: false
    property string text: dot ? "" : count > 999 ? "999+" : String(count)

    implicitHeight: dot ? Theme.px(8) : Theme.px(18)
    implicitWidth: dot ? implicitHeight : Math.max(implicitHeight, words.implicitWidth + Theme.px(11))
    radius: height / 2
    visible: dot || quiet || count > 0
    color: quiet ? Theme.accentSoft : mention ? Theme.mention : Theme.accent
    Accessible.role: Accessible.StaticText
    Accessible.name: quiet ? text : mention ? qsTrId("control.mentions", count) : qsTrId("control.unread", count)

    PText {
        id: words
        anchors.centerIn: parent
        text: badge.text
        visible: !badge.dot
        role: "caption"
        font.weight: Theme.weightSemibold
        font.features: Theme.tabularFigures
        color: badge.quiet ? Theme.accent : badge.mention ? Theme.mentionText : Theme.accentText
        Accessible.ignored: true
    }
}
