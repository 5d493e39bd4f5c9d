import QtQuick
import QtQuick.Templates as T
import Parlour.Controls
import Parlour.Theme
import "../login"

// Several people into one room.
PDialog {
    id: dialog

    property var args: ({})
    readonly property var invite: app.dialogs.invite
    readonly property var search: invite.search

    title: Words.text("dialogs.invite_title", [invite.roomName])
    busy: invite.busy
    onAboutToShow: invite.begin(args.roomId)
    onOpened: term.forceActiveFocus()

    Connections {
        target: dialog.invite
        function onDone() { dialog.close(); app.notice(qsTrId("dialogs.invite_done"), "info"); }
    }

    contentItem: Column {
        spacing: Theme.space12
        Flow {
            width: parent.width
            spacing: Theme.space4
            visible: dialog.search.chosen.count > 0
            Repeater {
                model: dialog.search.chosen
                PChip {
                    required property var row
                    text: row.name
                    iconName: "x"
                    checked: true
                    toolTip: Words.text("dialogs.invite_chosen", [row.name])
                    onClicked: dialog.search.choose(row.userId)
                }
            }
        }
        PSearchField {
            id: term
            objectName: "personSearch"
            width: parent.width
            placeholderText: qsTrId("dialogs.direct_search")
            onEdited: dialog.search.search(text)
            onTextChanged: if (text === "") dialog.search.search("")
            Keys.onDownPressed: list.forceActiveFocus()
            onAccepted: if (list.count > 0) { dialog.search.choose(list.model.get(0).userId); clear(); }
        }
        ErrorLine { width: parent.width; text: dialog.invite.error || dialog.search.error }
        ListView {
            id: list
            width: parent.width
            height: Theme.px(240)
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            model: dialog.search.people
            keyNavigationEnabled: true
            T.ScrollBar.vertical: PScrollBar {}
            delegate: PersonRow {
                id: each
                required property var row
                person: row
                note: row.note
                enabled: row.note === "" && !dialog.busy
                highlighted: ListView.isCurrentItem && list.activeFocus
                trailing: Component { Icon { name: each.row.chosen ? "check" : ""; color: Theme.accent; size: Theme.px(18) } }
                Keys.onReturnPressed: clicked()
                Keys.onSpacePressed: clicked()
                Accessible.checkable: true
                Accessible.checked: row.chosen
                onClicked: dialog.search.choose(row.userId)
            }
            PText {
                visible: list.count === 0
                anchors.centerIn: parent
                width: parent.width - 2 * Theme.space24
                horizontalAlignment: Text.AlignHCenter
                wrapMode: Text.Wrap
                muted: true
                text: term.text === "" ? qsTrId("dialogs.direct_hint") : dialog.search.searching ? "" : qsTrId("dialogs.direct_none")
            }
        }
        Item {
            width: parent.width
            height: Theme.hitTarget
            visible: dialog.invite.link !== ""
            PText { text: qsTrId("dialogs.invite_link"); role: "small"; muted: true; anchors.verticalCenter: parent.verticalCenter; width: parent.width - copy.width }
            PButton { id: copy; kind: "quiet"; small: true; iconName: "link"; text: qsTrId("dialogs.copy_link"); anchors { right: parent.right; verticalCenter: parent.verticalCenter } onClicked: { app.copy(dialog.invite.link); app.notice(qsTrId("dialogs.copied"), "info"); } }
        }
    }
    actions: [
        PButton { text: qsTrId("dialogs.cancel"); onClicked: dialog.close() },
        PButton { objectName: "submitInvite"; kind: "primary"; text: qsTrId("dialogs.invite_submit"); busy: dialog.busy; enabled: dialog.search.chosen.count > 0; onClicked: dialog.invite.submit() }
    ]
}
