import QtQuick
import Parlour.Theme
import Parlour.Controls

// The room starts here: what it is, and what to do first.
Item {
    id: beginning

    required property var row
    readonly property Item view: ListView.view?.view ?? null
    readonly property var info: app.room.info

    width: ListView.view?.width ?? 0
    height: view?.thread ? Theme.space16 : words.height + Theme.space48

    Column {
        id: words
        visible: !(beginning.view?.thread ?? false)
        anchors { left: parent.left; leftMargin: beginning.view?.inset ?? 0; right: parent.right; rightMargin: beginning.view?.inset ?? 0; bottom: parent.bottom; bottomMargin: Theme.space12 }
        spacing: Theme.space8

        Avatar {
            name: beginning.info.name ?? ""
            identifier: beginning.info.colorId ?? ""
            url: beginning.info.avatarUrl ?? ""
            size: Theme.px(56)
            Accessible.ignored: true
        }
        PText {
            text: beginning.info.isDirect ? Words.text("main.beginning.direct", [beginning.info.name ?? ""]) : Words.text("main.beginning.room", [beginning.info.name ?? ""])
            role: "title"
            wrapMode: Text.Wrap
            lineHeight: 1.15
            width: parent.width
            Accessible.role: Accessible.Heading
        }
        PText {
            text: beginning.info.encrypted ? qsTrId("main.beginning.encrypted") : qsTrId("main.beginning.text")
            muted: true
            wrapMode: Text.Wrap
            width: parent.width
        }
        PButton {
            visible: !beginning.info.isDirect && (beginning.info.members ?? 0) < 2 && (beginning.info.joined ?? false)
            text: qsTrId("main.menu.invite")
            iconName: "user-plus"
            onClicked: app.openDialogWith("invite", { "roomId": app.room.roomId })
        }
    }
}
