import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// Code in its own type and colours; wide lines scroll, a button copies.
Rectangle {
    id: code

    property var block: null
    property var owner: null

    width: parent?.width ?? 0
    implicitHeight: Math.min(words.implicitHeight, Theme.px(420)) + 2 * Theme.space12
    radius: Theme.radiusMedium
    color: Theme.codeBg
    border { width: 1; color: Theme.border }

    Flickable {
        id: flick
        anchors { fill: parent; margins: Theme.space12 }
        contentWidth: words.implicitWidth
        contentHeight: words.implicitHeight
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        flickableDirection: Flickable.AutoFlickIfNeeded
        interactive: contentWidth > width || contentHeight > height
        T.ScrollBar.horizontal: PScrollBar {}
        T.ScrollBar.vertical: PScrollBar {}

        Text {
            id: words
            text: Theme.paint(code.block?.html ?? "")
            textFormat: Text.RichText
            font.family: Theme.mono
            font.pixelSize: Theme.px(12.5)
            lineHeight: 1.25
            color: Theme.text
            LayoutMirroring.enabled: false
            Accessible.role: Accessible.StaticText
            Accessible.name: code.block?.text ?? ""
        }
    }
    HoverHandler { id: hover }
    PIconButton {
        id: copy
        property bool done: false
        opacity: hover.hovered || activeFocus ? 1 : 0
        text: done ? qsTrId("control.copied") : qsTrId("control.copyCode")
        iconName: done ? "check" : "copy"
        iconSize: Theme.iconSmall
        size: Theme.px(30)
        anchors { top: parent.top; right: parent.right; margins: Theme.space4 }
        onClicked: {
            code.owner.copyRequested(code.block.text);
            done = true;
        }
        onHoveredChanged: if (!hovered) done = false
    }
}
