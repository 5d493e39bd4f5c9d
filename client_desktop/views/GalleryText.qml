import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls
import "main"

// Messages in every shape, for looking at them.
ApplicationWindow {
    id: gallery

    property alias rightToLeft: page.mirrored
    property alias messages: column.messages

    width: 760 * Math.max(1, Theme.zoom)
    height: 1080 * Math.max(1, Theme.zoom)
    visible: true
    color: Theme.surface

    Item {
        id: page

        property bool mirrored: false

        anchors { fill: parent; margins: Theme.space24 }
        LayoutMirroring.enabled: mirrored
        LayoutMirroring.childrenInherit: true

        Column {
            id: column

            property var messages: []

            width: parent.width
            spacing: Theme.groupGap
            Repeater {
                model: column.messages
                MessageBlocks {
                    required property var modelData
                    required property int index
                    width: column.width
                    blocks: modelData
                    edited: index === 0
                }
            }
        }
    }
}
