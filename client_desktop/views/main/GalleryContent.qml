import QtQuick
import Parlour.Theme

// Several pictures of one message, side by side.
Flow {
    id: gallery

    property var row: ({})
    property Item view: null

    spacing: Theme.space8
    width: parent?.width ?? 0

    Repeater {
        model: gallery.row.gallery?.length ?? 0
        PictureContent {
            required property int index
            width: Math.min(gallery.width, Theme.px(208))
            row: gallery.row
            view: gallery.view
            place: index
            highest: Theme.px(160)
        }
    }
}
