import QtQuick
import QtQuick.Templates as T
import Parlour.Controls
import Parlour.Theme
import "../login"

// A chat with one person: found by name, or by their id.
PDialog {
    id: dialog

    property var args: ({})
    readonly property var invite: app.dialogs.invite
    readonly property var search: invite.search

    title: qsTrId("dialogs.direct_title")
    busy: invite.busy
    onAboutToShow: invite.begin("")
    onOpened: term.forceActiveFocus()

    Connections {
        target: dialog.invite
        function onDone(roomId) { dialog.close(); app.room.open(roomId); }
    }

    contentItem: Column {
        spacing: Theme.space12
        PSearchField {
            id: term
            objectName: "personSearch"
            width: parent.width
            placeholderText: qsTrId("dialogs.direct_search")
            onEdited: dialog.search.search(text)
            onTextChanged: if (text === "") dialog.search.search("")
            Keys.onDownPressed: list.forceActiveFocus()
            onAccepted: if (list.count > 0) dialog.invite.startChat(list.model.get(0).userId)
        }
        ErrorLine { width: parent.width; text: dialog.invite.error || dialog.search.error }
        ListView {
            id: list
            objectName: "people"
            width: parent.width
            height: Theme.px(280)
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            model: dialog.search.people
            keyNavigationEnabled: true
            T.ScrollBar.vertical: PScrollBar {}
            delegate: PersonRow {
                required property var row
                person: row
                enabled: !dialog.busy
                highlighted: ListView.isCurrentItem && list.activeFocus
                Keys.onReturnPressed: clicked()
                onClicked: dialog.invite.startChat(row.userId)
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
    }
}
