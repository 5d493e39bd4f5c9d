import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

// What fits the name, room, emoji or command that is being typed.
PFloat {
    id: list

    property var completer: null

    signal picked(int index)

    visible: completer?.active ?? false
    height: Math.min(rows.contentHeight, Theme.px(330)) + 2 * Theme.space4
    z: 20
    Accessible.role: Accessible.List
    Accessible.name: qsTrId("main.completion")

    ListView {
        id: rows
        anchors.fill: parent
        anchors.margins: Theme.space4
        clip: true
        model: list.completer?.rows ?? null
        currentIndex: list.completer?.chosen ?? -1
        boundsBehavior: Flickable.StopAtBounds
        ScrollBar.vertical: PScrollBar {}
        delegate: Rectangle {
            id: line
            required property var row
            required property int index
            width: rows.width
            height: Theme.px(40)
            radius: Theme.radiusSmall
            color: index === rows.currentIndex ? Theme.accentSoft : hover.hovered ? Theme.hover : "transparent"
            Accessible.role: Accessible.ListItem
            Accessible.name: row.title + " " + row.detail
            Accessible.selected: index === rows.currentIndex

            Item {
                id: front
                width: Theme.px(28)
                height: width
                anchors { left: parent.left; leftMargin: Theme.space8; verticalCenter: parent.verticalCenter }
                Avatar {
                    visible: line.row.colorId !== ""
                    name: line.row.title
                    identifier: line.row.colorId
                    url: line.row.avatarUrl
                    size: Theme.px(28)
                    Accessible.ignored: true
                }
                Image {
                    readonly property QtObject handle: line.row.colorId === "" && line.row.avatarUrl !== "" ? app.media.picture(line.row.avatarUrl, 64) : null
                    visible: handle !== null
                    source: handle?.url ?? ""
                    sourceSize: Qt.size(48, 48)
                    width: Theme.px(24)
                    height: width
                    fillMode: Image.PreserveAspectFit
                    anchors.centerIn: parent
                }
                Text {
                    visible: line.row.emoji !== ""
                    anchors.centerIn: parent
                    text: line.row.emoji
                    font.pixelSize: Theme.px(20)
                }
                Icon {
                    visible: line.row.kind === "/"
                    anchors.centerIn: parent
                    name: "terminal"
                    size: Theme.px(18)
                }
            }
            PText {
                id: title
                text: line.row.title
                font.weight: Theme.weightMedium
                width: Math.min(implicitWidth, parent.width * 0.5)
                anchors { left: front.right; leftMargin: Theme.space12; verticalCenter: parent.verticalCenter }
                Accessible.ignored: true
            }
            PText {
                text: line.row.detail
                role: "small"
                muted: true
                anchors { left: title.right; leftMargin: Theme.space8; right: parent.right; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
                Accessible.ignored: true
            }
            HoverHandler { id: hover }
            TapHandler { onTapped: list.picked(line.index) }
        }
    }
}
