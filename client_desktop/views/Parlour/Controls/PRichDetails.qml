import QtQuick
import Parlour.Theme

// A line that opens what is below it.
Column {
    id: details

    property var block: null
    property var owner: null
    property bool opened: false

    width: parent?.width ?? 0
    spacing: Theme.space4

    PSectionHeader {
        width: parent.width
        leftPadding: 0
        capitals: false
        collapsible: true
        collapsed: !details.opened
        text: details.block?.text || qsTrId("control.details")
        onClicked: details.opened = !details.opened
    }
    Loader {
        id: inner
        x: LayoutMirroring.enabled ? 0 : Theme.space12
        width: parent.width - Theme.space12
        visible: details.opened
        height: visible ? implicitHeight : 0
        active: details.opened || item !== null
        onActiveChanged: setSource("PRichText.qml", {
            "blocks": details.block.blocks,
            "width": Qt.binding(() => inner.width)
        })
        Connections {
            target: inner.item
            function onLinkActivated(link) { details.owner.linkActivated(link); }
            function onCopyRequested(text) { details.owner.copyRequested(text); }
        }
    }
}
