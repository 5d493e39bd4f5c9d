import QtQuick
import Parlour.Theme
import Parlour.Controls

// An invitation, a request that waits, or a space: rooms without messages to read.
Item {
    id: view

    required property var info

    Column {
        anchors.centerIn: parent
        width: Math.min(parent.width - Theme.space48, Theme.px(420))
        spacing: Theme.space12

        Avatar {
            name: view.info.name ?? ""
            identifier: view.info.colorId ?? ""
            url: (app.preferences?.invitePictures ?? true) || !view.info.invited ? view.info.avatarUrl ?? "" : ""
            rounded: view.info.isSpace ?? false
            size: Theme.px(72)
            anchors.horizontalCenter: parent.horizontalCenter
        }
        PText {
            text: view.info.invited ? Words.text("main.invite.title", [view.info.inviterName || view.info.inviter, view.info.name]) : view.info.name ?? ""
            role: "title"
            wrapMode: Text.Wrap
            lineHeight: 1.15
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            Accessible.role: Accessible.Heading
        }
        PText {
            visible: text !== ""
            text: view.info.knocking ? qsTrId("main.invite.knocking")
                  : view.info.invited ? [view.info.inviteReason ? Words.text("main.invite.reason", [view.info.inviteReason]) : "", view.info.inviter].filter(line => line).join("\n")
                  : view.info.topic ?? ""
            muted: true
            wrapMode: Text.Wrap
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
        }
        Row {
            anchors.horizontalCenter: parent.horizontalCenter
            spacing: Theme.space8
            topPadding: Theme.space8
            PButton {
                visible: view.info.invited ?? false
                text: qsTrId("main.invite.decline")
                onClicked: app.rooms.leave(view.info.roomId)
            }
            PButton {
                visible: view.info.invited ?? false
                kind: "primary"
                focus: true
                text: qsTrId("main.invite.accept")
                onClicked: app.rooms.accept(view.info.roomId)
            }
            PButton {
                visible: view.info.knocking ?? false
                text: qsTrId("main.invite.withdraw")
                onClicked: app.rooms.leave(view.info.roomId)
            }
            PButton {
                visible: (view.info.isSpace ?? false) && (view.info.joined ?? false)
                kind: "primary"
                text: qsTrId("main.space.home")
                onClicked: app.openDialogWith("spaceHome", { "roomId": view.info.roomId })
            }
        }
        PButton {
            visible: view.info.invited ?? false
            kind: "quiet"
            small: true
            text: qsTrId("main.invite.ignore")
            anchors.horizontalCenter: parent.horizontalCenter
            onClicked: app.openDialogWith("person", { "userId": view.info.inviter, "roomId": view.info.roomId })
        }
    }
}
