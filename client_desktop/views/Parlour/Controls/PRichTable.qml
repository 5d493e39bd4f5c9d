import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// A table; wide ones scroll.
Flickable {
    id: table

    property var block: null
    property var owner: null

    readonly property int columns: block?.rows.length > 0 ? block.rows[0].length : 0

    x: LayoutMirroring.enabled ? (parent?.width ?? 0) - width : 0
    width: Math.min(grid.width, parent?.width ?? 0)
    implicitHeight: grid.height
    contentWidth: grid.width
    contentHeight: grid.height
    clip: true
    boundsBehavior: Flickable.StopAtBounds
    flickableDirection: Flickable.AutoFlickIfNeeded
    interactive: contentWidth > width
    T.ScrollBar.horizontal: PScrollBar {}

    Rectangle {
        width: grid.width
        height: grid.height
        radius: Theme.radiusSmall
        color: Theme.surface
        border { width: 1; color: Theme.border }
    }
    Grid {
        id: grid
        columns: Math.max(1, table.columns)
        Repeater {
            model: table.block ? table.block.rows.reduce((cells, row) => cells.concat(Array.from(row)), []) : []
            Item {
                id: cell
                required property string modelData
                required property int index
                readonly property int row: Math.floor(index / grid.columns)
                readonly property bool header: row < table.block.headerRows
                // Grid makes every cell of a column as wide as its widest only by what the cells say.
                implicitWidth: widths.of(index % grid.columns)
                implicitHeight: words.implicitHeight + 2 * Theme.space4
                readonly property real wanted: Math.min(words.implicitWidth, Theme.px(320)) + 2 * Theme.space12
                onWantedChanged: widths.tell(index % grid.columns, wanted)
                Component.onCompleted: widths.tell(index % grid.columns, wanted)

                Rectangle {
                    visible: cell.row > 0
                    width: parent.width
                    height: 1
                    color: Theme.border
                }
                Text {
                    id: words
                    anchors { left: parent.left; right: parent.right; leftMargin: Theme.space12; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
                    text: Theme.paint(cell.modelData)
                    textFormat: Text.RichText
                    wrapMode: cell.wanted >= Theme.px(320) ? Text.Wrap : Text.NoWrap
                    color: cell.header ? Theme.textMuted : Theme.text
                    linkColor: Theme.link
                    font.pixelSize: cell.header ? Theme.sizeSmall : Theme.sizeBody
                    font.weight: cell.header ? Theme.weightMedium : Theme.weightRegular
                    horizontalAlignment: Text.AlignLeft
                    onLinkActivated: link => table.owner.linkActivated(link)
                }
            }
        }
    }
    QtObject {
        id: widths
        property var known: []
        function of(column) { return known[column] ?? 0; }
        function tell(column, width) {
            if (width > of(column)) {
                const next = known.slice();
                next[column] = width;
                known = next;
            }
        }
    }
}
