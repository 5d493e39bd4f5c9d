import QtQuick
import Parlour.Theme
import "paint.js" as Paint

// A table: cells as wide as what is in them, up to a share of the row.
Item {
    id: table

    property var block: null
    readonly property int columns: block?.rows.length > 0 ? block.rows[0].length : 0

    width: parent?.width ?? 0
    implicitHeight: frame.height

    Rectangle {
        id: frame
        width: Math.min(grid.width, table.width)
        height: grid.height
        radius: Theme.radiusSmall
        color: "transparent"
        border { width: 1; color: Theme.border }
        clip: true

        Flickable {
            anchors.fill: parent
            contentWidth: grid.width
            contentHeight: grid.height
            interactive: contentWidth > width
            Grid {
                id: grid
                columns: Math.max(1, table.columns)
                Repeater {
                    model: table.block ? table.block.rows.length * table.columns : 0
                    Rectangle {
                        id: cell
                        required property int index
                        readonly property int line: Math.floor(index / table.columns)
                        readonly property bool head: line < table.block.headerRows
                        width: Math.min(words.implicitWidth, Theme.px(260)) + Theme.space16
                        height: words.height + Theme.space8
                        color: head ? Theme.sunken : "transparent"
                        border { width: 1; color: Theme.border }
                        Text {
                            id: words
                            x: Theme.space8
                            y: Theme.space4
                            width: Math.min(implicitWidth, Theme.px(260))
                            text: Paint.paint(table.block.rows[cell.line][cell.index % table.columns], ({}))
                            textFormat: Text.RichText
                            color: Theme.text
                            font.pixelSize: Theme.sizeSmall
                            font.weight: cell.head ? Theme.weightSemibold : Theme.weightRegular
                            wrapMode: Text.Wrap
                            onLinkActivated: link => app.openLink(link)
                        }
                    }
                }
            }
        }
    }
}
