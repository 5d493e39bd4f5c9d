import QtQuick

// A tooltip for what is there many times and seldom pointed at: made when it is first wanted.
Loader {
    id: tip

    property bool wanted: false
    property string text: ""
    property string shortcutAction: ""
    property int delay: 500

    active: false
    onWantedChanged: if (wanted) active = true
    sourceComponent: PToolTip {
        parent: tip.parent
        text: tip.text
        shortcutAction: tip.shortcutAction
        delay: tip.delay
        visible: tip.wanted
    }
}
