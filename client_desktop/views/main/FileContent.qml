import QtQuick
import QtQuick.Dialogs
import Parlour.Theme
import Parlour.Controls

// A file: what it is called, how large it is, and a way to keep it.
Item {
    id: content

    property var row: ({})
    property Item view: null
    readonly property var media: row.media ?? ({})
    readonly property QtObject handle: view !== null && row.media ? view.messages.file(row.key, 0, 0, 0) : null

    width: parent?.width ?? 0
    implicitHeight: card.height

    Rectangle {
        id: card
        anchors.left: parent.left
        width: Math.min(content.width, Theme.px(380))
        height: Theme.px(56)
        radius: Theme.radiusMedium
        color: Theme.bg
        border { width: 1; color: Theme.border }

        Rectangle {
            id: tile
            width: Theme.hitTarget
            height: width
            radius: Theme.radiusSmall
            color: Theme.sunken
            anchors { left: parent.left; leftMargin: Theme.space12 - 2; verticalCenter: parent.verticalCenter }
            Icon { anchors.centerIn: parent; name: "file-text" }
        }
        Column {
            anchors { left: tile.right; leftMargin: Theme.space12; right: keep.left; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
            PText { text: content.media.name ?? ""; width: parent.width; elide: Text.ElideMiddle; font.weight: Theme.weightMedium }
            PText {
                text: (content.handle?.error ?? "") !== "" ? content.handle.error : content.media.sizeText || content.media.mimeType || ""
                role: "small"
                muted: (content.handle?.error ?? "") === ""
                color: (content.handle?.error ?? "") !== "" ? Theme.danger : Theme.textMuted
                width: parent.width
            }
        }
        PIconButton {
            id: keep
            text: qsTrId("main.media.save")
            iconName: content.handle?.loading ? "loader-circle" : "download"
            anchors { right: parent.right; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
            onClicked: saver.open()
        }
        PProgress {
            visible: content.handle?.loading === true && content.handle.progress >= 0
            value: content.handle?.progress ?? 0
            height: Theme.px(3)
            anchors { left: parent.left; right: parent.right; bottom: parent.bottom; margins: Theme.px(2) }
        }
    }
    SaveFile {
        id: saver
        handle: content.handle
        name: content.media.name ?? ""
    }
}
