import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls
import "paint.js" as Paint

// Code in its own type, coloured; wide lines scroll, a button copies.
Rectangle {
    id: code

    property var block: null
    readonly property bool selectable: block !== null
    property bool selecting: false
    readonly property alias editor: selector.item

    anchors.left: parent?.left
    width: Math.min(parent?.width ?? 0, Theme.px(640))
    implicitHeight: Math.min(ink.implicitHeight, Theme.px(420)) + 2 * Theme.space12
    radius: Theme.radiusMedium
    color: Theme.codeBg
    border { width: 1; color: Theme.border }

    Flickable {
        id: flick
        anchors { fill: parent; margins: Theme.space12 }
        contentWidth: ink.implicitWidth
        contentHeight: ink.implicitHeight
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        flickableDirection: Flickable.AutoFlickIfNeeded
        interactive: contentWidth > width || contentHeight > height
        ScrollBar.horizontal: PScrollBar {}
        Loader {
            id: selector
            active: code.selecting
            sourceComponent: TextSelector { like: ink; html: Paint.paint(code.block.html, ({})) }
        }
        Text {
            id: ink
            text: code.block ? Paint.paint(code.block.html, ({})) : ""
            textFormat: Text.RichText
            font.family: Theme.mono
            font.pixelSize: Theme.px(12.5)
            font.features: ({ "calt": 0 }) // as it was typed: no arrow for a hyphen and a sign
            lineHeight: 1.25
            color: Theme.text
            Accessible.role: Accessible.StaticText
            Accessible.name: code.block?.text ?? ""
        }
    }
    HoverHandler { id: hover }
    PIconButton {
        visible: hover.hovered
        text: done ? qsTrId("control.copied") : qsTrId("control.copyCode")
        property bool done: false
        iconName: done ? "check" : "copy"
        iconSize: Theme.iconSmall
        size: Theme.px(30)
        anchors { top: parent.top; right: parent.right; margins: Theme.space4 }
        onClicked: {
            app.copy(code.block.text);
            done = true;
        }
        onHoveredChanged: if (!hovered) done = false
    }
}
