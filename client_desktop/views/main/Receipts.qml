import QtQuick
import Parlour.Theme
import Parlour.Controls

// Who has read up to here.
Item {
    id: readers

    required property var receipts
    property int more: 0
    readonly property string names: receipts.map(receipt => receipt.name).join(", ")

    implicitWidth: faces.width
    implicitHeight: Theme.px(16)
    Accessible.role: Accessible.StaticText
    Accessible.name: Words.text("main.receipts", [names])

    Row {
        id: faces
        layoutDirection: Qt.RightToLeft
        spacing: -Theme.px(4)
        PText {
            visible: readers.more > 0
            text: "+" + readers.more
            role: "caption"
            faint: true
            leftPadding: Theme.space8
            anchors.verticalCenter: parent.verticalCenter
        }
        Repeater {
            model: readers.receipts.slice(0, 5)
            Avatar {
                required property var modelData
                name: modelData.name
                identifier: modelData.userId
                url: modelData.avatarUrl ?? ""
                size: Theme.px(16)
                Accessible.ignored: true
            }
        }
    }
    HoverHandler { id: hover }
    PTip { wanted: hover.hovered; text: Words.text("main.receipts", [readers.names]) }
}
