import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// Emoji by groups and by words, those used last first; with image packs where they can be sent.
PPopover {
    id: picker

    property bool packs: false
    property bool stickersShown: false
    readonly property int perRow: 9
    readonly property int cell: Theme.px(36)

    signal picked(string text)
    signal stickerPicked(var sticker)

    width: perRow * cell + 2 * Theme.space8 + Theme.px(10)
    height: Theme.px(380)
    padding: Theme.space8
    onOpened: {
        app.emoji.begin(perRow);
        find.forceActiveFocus();
    }

    function take(text) {
        app.emoji.used(text);
        picked(text);
        close();
    }

    contentItem: Item {
        PSegmented {
            id: kind
            visible: picker.packs && app.room.stickers.length > 0
            width: parent.width
            height: visible ? implicitHeight : 0
            options: [{ "value": "emoji", "text": qsTrId("main.composer.emoji") }, { "value": "stickers", "text": qsTrId("main.emoji.stickers") }]
            value: picker.stickersShown ? "stickers" : "emoji"
            onChosen: value => picker.stickersShown = value === "stickers"
        }
        GridView {
            id: stickers
            visible: picker.stickersShown
            anchors { top: kind.bottom; topMargin: Theme.space8; left: parent.left; right: parent.right; bottom: parent.bottom }
            cellWidth: Math.floor(width / 4)
            cellHeight: cellWidth
            clip: true
            model: picker.stickersShown ? app.room.stickers : []
            activeFocusOnTab: true
            keyNavigationEnabled: true
            boundsBehavior: Flickable.StopAtBounds
            ScrollBar.vertical: PScrollBar {}
            Keys.onReturnPressed: currentItem?.send()
            delegate: T.AbstractButton {
                id: sticker
                required property var modelData
                readonly property QtObject handle: app.media.picture(modelData.url, 160)
                function send() {
                    picker.stickerPicked(modelData);
                    picker.close();
                }
                width: stickers.cellWidth
                height: stickers.cellHeight
                hoverEnabled: true
                Accessible.role: Accessible.Button
                Accessible.name: modelData.body
                onClicked: send()
                background: Rectangle { radius: Theme.radiusMedium; color: sticker.hovered || sticker.GridView.isCurrentItem && stickers.activeFocus ? Theme.hover : "transparent" }
                contentItem: Item {
                    Image {
                        anchors { fill: parent; margins: Theme.space8 }
                        source: sticker.handle?.url ?? ""
                        sourceSize: Qt.size(160, 160)
                        fillMode: Image.PreserveAspectFit
                    }
                }
                PTip { wanted: sticker.hovered; text: sticker.modelData.body }
            }
        }
        PSearchField {
            id: find
            visible: !picker.stickersShown
            anchors { top: kind.bottom; topMargin: kind.visible ? Theme.space8 : 0 }
            width: parent.width
            focus: true
            placeholderText: qsTrId("main.emoji.find")
            onEdited: app.emoji.setWords(text)
            onAccepted: if (app.emoji.first !== "") picker.take(app.emoji.first)
            Keys.onDownPressed: rows.forceActiveFocus(Qt.TabFocusReason)
        }
        Row {
            id: groups
            visible: find.text === "" && !picker.stickersShown
            height: visible ? Theme.px(36) : 0
            anchors { top: find.bottom; topMargin: Theme.space4; left: parent.left }
            Repeater {
                model: app.emoji.groups
                PIconButton {
                    id: group
                    required property var modelData
                    size: Math.floor((picker.width - 2 * Theme.space8) / app.emoji.groups.length)
                    height: Theme.px(36)
                    text: modelData.name
                    contentItem: Item { Text { anchors.centerIn: parent; text: group.modelData.emoji; font.pixelSize: Theme.px(16); opacity: group.hovered ? 1 : 0.8 } }
                    onClicked: rows.positionViewAtIndex(app.emoji.rowOf(modelData.key), ListView.Beginning)
                }
            }
        }
        ListView {
            id: rows
            visible: !picker.stickersShown
            property int column: 0
            anchors { top: groups.bottom; topMargin: Theme.space4; left: parent.left; right: parent.right; bottom: parent.bottom }
            clip: true
            model: app.emoji.rows
            reuseItems: true
            boundsBehavior: Flickable.StopAtBounds
            activeFocusOnTab: true
            ScrollBar.vertical: PScrollBar {}
            onActiveFocusChanged: if (activeFocus) step(1, true)
            Keys.onUpPressed: currentIndex <= 1 ? find.forceActiveFocus() : step(-1)
            Keys.onDownPressed: step(1)
            Keys.onLeftPressed: column = Math.max(0, column - 1)
            Keys.onRightPressed: column = Math.min((currentItem?.row.emoji.length ?? 1) - 1, column + 1)
            Keys.onReturnPressed: choose()
            Keys.onEnterPressed: choose()
            Keys.onSpacePressed: choose()
            function choose() {
                const emoji = currentItem?.row.emoji[Math.min(column, currentItem.row.emoji.length - 1)];
                if (emoji)
                    picker.take(emoji.text);
            }
            function step(direction, anew) {
                let next = anew ? 0 : currentIndex + direction;
                while (next >= 0 && next < count && model.get(next).emoji.length === 0)
                    next += direction;
                if (next >= 0 && next < count)
                    currentIndex = next;
            }
            delegate: Item {
                id: line
                required property var row
                required property int index
                width: rows.width
                height: row.title !== "" ? Theme.px(30) : picker.cell
                PText {
                    visible: line.row.title !== ""
                    text: line.row.title
                    role: "caption"
                    muted: true
                    font.weight: Theme.weightSemibold
                    anchors { left: parent.left; leftMargin: Theme.space4; verticalCenter: parent.verticalCenter }
                }
                Row {
                    Repeater {
                        model: line.row.emoji
                        T.AbstractButton {
                            id: key
                            required property var modelData
                            required property int index
                            width: picker.cell
                            height: picker.cell
                            hoverEnabled: true
                            focusPolicy: Qt.NoFocus
                            Accessible.role: Accessible.Button
                            Accessible.name: modelData.name
                            onClicked: picker.take(modelData.text)
                            background: Rectangle {
                                radius: Theme.radiusSmall
                                color: key.hovered ? Theme.hover : "transparent"
                                border { width: rows.activeFocus && rows.currentIndex === line.index && rows.column === key.index ? 2 : 0; color: Theme.focus }
                            }
                            contentItem: Item { Text { anchors.centerIn: parent; text: key.modelData.text; font.pixelSize: Theme.px(20) } }
                            PTip { wanted: key.hovered; text: key.modelData.name; delay: 700 }
                        }
                    }
                }
            }
            PText {
                visible: rows.count === 0
                anchors { horizontalCenter: parent.horizontalCenter; top: parent.top; topMargin: Theme.space32 }
                text: qsTrId("main.emoji.none")
                muted: true
            }
        }
    }
}
