import QtQuick
import Parlour.Controls
import Parlour.Theme

// The accounts there are, and the way to more.
PDialog {
    id: dialog

    property var args: ({})

    title: qsTrId("dialogs.accounts_title")
    onOpened: {
        list.currentIndex = app.accounts.list.indexOf(app.session.userId);
        list.forceActiveFocus();
    }

    contentItem: Column {
        spacing: Theme.space4
        ListView {
            id: list
            width: parent.width
            height: Math.min(contentHeight, Theme.px(300))
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            model: app.accounts.list
            delegate: PListRow {
                id: each
                required property var row
                text: row.name
                detail: row.note !== "" ? row.userId + " · " + row.note : row.userId
                strong: row.unread > 0
                highlighted: ListView.isCurrentItem && list.activeFocus
                leading: Component { PAvatar { size: Theme.px(36); name: each.row.name; identifier: each.row.userId; source: each.row.avatarUrl } }
                trailing: Component {
                    Row {
                        spacing: Theme.space8
                        PBadge { count: each.row.mentions > 0 ? each.row.mentions : each.row.unread; mention: each.row.mentions > 0; anchors.verticalCenter: parent.verticalCenter }
                        Icon { name: each.row.current ? "check" : ""; color: Theme.accent; size: Theme.px(18) }
                    }
                }
                Keys.onReturnPressed: clicked()
                onClicked: { app.accounts.switchTo(row.userId); dialog.close(); }
            }
        }
        PSeparator { width: parent.width }
        PListRow { objectName: "addAccount"; width: parent.width; text: qsTrId("dialogs.accounts_add"); leading: Component { Icon { name: "plus"; width: Theme.px(36); fillMode: Image.Pad } } onClicked: { dialog.close(); app.login.addAnother(); app.accounts.add(); } }
        PListRow { objectName: "openSettings"; width: parent.width; text: qsTrId("dialogs.accounts_settings"); leading: Component { Icon { name: "settings"; width: Theme.px(36); fillMode: Image.Pad } } onClicked: { dialog.close(); app.show("settings"); } }
    }
}
