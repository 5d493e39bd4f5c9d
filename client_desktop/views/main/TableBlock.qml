import QtQuick
import Parlour.Theme
import "paint.js" as Paint

// A table: columns as wide as their widest cell, up to a limit; a wide table scrolls.
Item {
    id: table

    property var block: null
    readonly property int columns: block?.rows.length > 0 ? block.rows[0].length : 0
    property var widths: [] // of each column, as its cells tell

    function widen(column, width) {
        if (width > (widths[column] ?? 0)) {
            const next = widths.slice();
            next[column] = width;
            widths = next;
        }
    }

    width: parent?.width ?? 0
    implicitHeight: grid.height

    Flickable {
        anchors.left: parent.left
        width: Math.min(grid.width, table.width)
        height: grid.height
        contentWidth: grid.width
        contentHeight: grid.height
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        interactive: contentWidth > width

        Rectangle {
            width: grid.width
            height: grid.height
            radius: Theme.radiusSmall
            color: "transparent"
            border { width: 1; color: Theme.border }
        }
        Grid {
            id: grid
            columns: Math.max(1, table.columns)
            Repeater {
                model: table.block ? table.block.rows.length * table.columns : 0
                Item {
                    id: cell
                    required property int index
                    readonly property int line: Math.floor(index / table.columns)
                    readonly property bool head: line < table.block.headerRows
                    readonly property int wanted: Math.ceil(Math.min(words.implicitWidth, Theme.px(260))) + 2 * Theme.space12
                    onWantedChanged: table.widen(index % table.columns, wanted)
                    Component.onCompleted: table.widen(index % table.columns, wanted)
                    width: table.widths[index % table.columns] ?? 0
                    height: words.height + Theme.space8

                    Rectangle {
                        visible: cell.line > 0
                        width: parent.width
                        height: 1
                        color: Theme.border
                    }
                    Text {
                        id: words
                        anchors { left: parent.left; leftMargin: Theme.space12; verticalCenter: parent.verticalCenter }
                        width: Math.min(implicitWidth, Theme.px(260))
                        text: Paint.paint(table.block.rows[cell.line][cell.index % table.columns], ({}))
                        textFormat: Text.RichText
                        color: cell.head ? Theme.textMuted : Theme.text
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
