import QtQuick
import QtQuick.Templates as T
import Parlour.Controls
import Parlour.Theme
import "../login"

// Rooms of one's own that a space should hold.
PDialog {
    id: dialog

    property var args: ({})
    readonly property var space: app.dialogs.spaceHome

    title: qsTrId("dialogs.space_add_existing")
    description: Words.text("dialogs.create_in_space", [space.name])
    busy: space.busy
    onAboutToShow: {
        if (space.roomId !== args.roomId)
            space.begin(args.roomId);
        space.findCandidates("");
    }
    onOpened: term.forceActiveFocus()

    contentItem: Column {
        spacing: Theme.space12
        PSearchField { id: term; width: parent.width; placeholderText: qsTrId("dialogs.space_add_search"); onTextChanged: dialog.space.findCandidates(text) }
        ErrorLine { width: parent.width; text: dialog.space.error }
        ListView {
            id: list
            width: parent.width
            height: Theme.px(300)
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            model: dialog.space.candidates
            T.ScrollBar.vertical: PScrollBar {}
            delegate: PListRow {
                id: each
                required property var row
                text: row.name
                leading: Component { PAvatar { name: each.row.name; identifier: each.row.roomId; source: each.row.avatarUrl; rounded: each.row.space } }
                trailing: Component { Icon { name: each.row.chosen ? "check" : ""; color: Theme.accent; size: Theme.px(18) } }
                Accessible.checkable: true
                Accessible.checked: row.chosen
                onClicked: dialog.space.choose(row.roomId)
            }
            PText { visible: list.count === 0; anchors.centerIn: parent; width: parent.width; horizontalAlignment: Text.AlignHCenter; wrapMode: Text.Wrap; muted: true; text: qsTrId("dialogs.space_add_none") }
        }
    }
    actions: [
        PButton { text: qsTrId("dialogs.cancel"); onClicked: app.openDialogWith("spaceHome", { "roomId": dialog.args.roomId }) },
        PButton { kind: "primary"; text: qsTrId("dialogs.space_add_submit"); busy: dialog.busy; enabled: dialog.space.chosenCount > 0; onClicked: { dialog.space.addChosen(); app.openDialogWith("spaceHome", { "roomId": dialog.args.roomId }); } }
    ]
}
