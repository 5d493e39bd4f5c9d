import QtQuick
import QtQuick.Templates as T
import Parlour.Controls
import Parlour.Theme
import "../settings"

// The shortcut sheet: what the keyboard can do, searchable.
Sheet {
    id: sheet

    title: qsTrId("dialogs.shortcuts_title")
    onOpened: term.forceActiveFocus()

    PSearchField { id: term; objectName: "shortcutSearch"; width: parent.width; placeholderText: qsTrId("dialogs.shortcuts_search") }
    Flickable {
        id: flick
        anchors { left: parent.left; right: parent.right; top: term.bottom; bottom: parent.bottom; topMargin: Theme.space16; rightMargin: -Theme.space12 }
        contentHeight: table.implicitHeight
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        T.ScrollBar.vertical: PScrollBar {}
        Keys.onDownPressed: contentY = Math.min(contentY + Theme.px(60), Math.max(0, contentHeight - height))
        Keys.onUpPressed: contentY = Math.max(0, contentY - Theme.px(60))
        KeyTable { id: table; width: flick.width - Theme.space12; filter: term.text }
    }
}
