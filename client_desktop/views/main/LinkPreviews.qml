import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// What links lead to, as the homeserver saw it. Nothing is asked in encrypted rooms unless the user wants it.
Column {
    id: previews

    required property var links
    readonly property bool allowed: !app.room.info.encrypted || (app.preferences?.linkPreviewsEncrypted ?? false)
    readonly property bool shown: children.length > 0 && repeater.count > 0

    spacing: Theme.space4

    Repeater {
        id: repeater
        model: previews.allowed ? previews.links.slice(0, 2) : []
        T.AbstractButton {
            id: card
            required property string modelData
            readonly property QtObject preview: app.media.preview(modelData)
            readonly property var info: preview?.info ?? ({})
            readonly property bool filled: (info.title ?? "") !== "" || (info.text ?? "") !== ""

            visible: filled
            width: Math.min(previews.width, Theme.px(440))
            height: filled ? words.height + Theme.space16 : 0
            focusPolicy: Qt.NoFocus
            hoverEnabled: true
            Accessible.role: Accessible.Link
            Accessible.name: info.title ?? ""
            onClicked: app.openLink(modelData)
            background: Item {
                Rectangle {
                    width: Theme.px(3)
                    radius: 1
                    color: Theme.border
                    anchors { left: parent.left; top: parent.top; bottom: parent.bottom; topMargin: Theme.space4; bottomMargin: Theme.space4 }
                }
            }
            contentItem: Item {
                Column {
                    id: words
                    x: Theme.space12
                    y: Theme.space8
                    width: parent.width - x - (thumb.visible ? thumb.width + Theme.space12 : 0)
                    spacing: Theme.px(1)
                    PText { visible: text !== ""; text: card.info.site ?? ""; role: "caption"; faint: true; width: parent.width }
                    PText { visible: text !== ""; text: card.info.title ?? ""; color: Theme.link; font.weight: Theme.weightMedium; width: parent.width; wrapMode: Text.Wrap; maximumLineCount: 2; elide: Text.ElideRight; lineHeight: 1.2 }
                    PText { visible: text !== ""; text: card.info.text ?? ""; role: "small"; muted: true; width: parent.width; wrapMode: Text.Wrap; maximumLineCount: 2; elide: Text.ElideRight; lineHeight: 1.2 }
                }
                Image {
                    id: thumb
                    readonly property QtObject handle: (card.info.image ?? "") !== "" ? app.media.picture(card.info.image, 160) : null
                    visible: status === Image.Ready
                    source: handle?.url ? "image://picture/corner-" + Theme.radiusSmall + "/" + encodeURIComponent(handle.url) : ""
                    sourceSize: Qt.size(Theme.px(64), Theme.px(64))
                    anchors { right: parent.right; verticalCenter: parent.verticalCenter }
                }
            }
        }
    }
}
