import QtQuick
import Parlour.Controls
import Parlour.Theme

// The chosen server, and the way to another one.
Rectangle {
    id: row

    required property var login
    property bool changeable: true

    implicitHeight: Theme.px(36)
    radius: Theme.radiusMedium
    color: Theme.sunken

    PText {
        id: label
        text: qsTrId("login.server")
        role: "small"
        muted: true
        anchors { left: parent.left; leftMargin: Theme.space12; verticalCenter: parent.verticalCenter }
    }
    PText {
        text: row.login.serverName
        role: "small"
        font.weight: Theme.weightMedium
        anchors { left: label.right; leftMargin: Theme.space8; right: change.left; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
    }
    PLink {
        id: change
        objectName: "changeServer"
        small: true
        visible: row.changeable
        text: qsTrId("login.change_server")
        anchors { right: parent.right; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
        onClicked: row.login.changeServer()
    }
}
