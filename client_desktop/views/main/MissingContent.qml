import QtQuick
import Parlour.Theme
import Parlour.Controls

// A message that cannot be shown: removed, or its key is not here.
Row {
    id: content

    property var row: ({})
    property Item view: null

    width: parent?.width ?? 0
    spacing: Theme.space8

    Icon {
        id: mark
        name: content.row.redacted ? "trash-2" : "lock"
        size: Theme.px(14)
        anchors { top: parent.top; topMargin: Theme.px(4) }
    }
    PText {
        text: content.row.redacted ? content.row.redactedText ?? "" : content.row.undecryptable ?? ""
        muted: true
        font.italic: true
        wrapMode: Text.Wrap
        width: Math.min(implicitWidth, content.width - mark.width - content.spacing)
    }
}
