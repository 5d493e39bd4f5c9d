import QtQuick
import Parlour.Controls
import Parlour.Theme

// Asked once, in the place of what encryption needs: whether links to people and rooms are to open here.
Rectangle {
    implicitHeight: column.implicitHeight + 2 * Theme.space12
    height: implicitHeight
    radius: Theme.radiusMedium
    color: Theme.accentSoft
    Accessible.role: Accessible.Notification
    Accessible.name: title.text

    Icon {
        id: mark
        name: "link"
        size: Theme.px(18)
        color: Theme.accent
        anchors { left: parent.left; leftMargin: Theme.space12; top: parent.top; topMargin: Theme.space12 }
    }
    PIconButton {
        id: later
        objectName: "dismissLinks"
        size: Theme.px(28)
        iconSize: Theme.px(14)
        text: qsTrId("encryption.banner_dismiss")
        iconName: "x"
        anchors { right: parent.right; top: parent.top; margins: Theme.px(6) }
        onClicked: app.links.dismiss()
    }
    Column {
        id: column
        spacing: Theme.px(2)
        anchors { left: mark.right; leftMargin: Theme.space8; right: later.left; rightMargin: Theme.space4; top: parent.top; topMargin: Theme.space12 }
        PText { id: title; width: parent.width; role: "small"; strong: true; wrapMode: Text.Wrap; lineHeight: 1.15; text: qsTrId("desktop.links_title"); Accessible.ignored: true }
        PText { width: parent.width; role: "small"; muted: true; wrapMode: Text.Wrap; lineHeight: 1.15; text: qsTrId("desktop.links_text"); Accessible.ignored: true }
        PLink { objectName: "registerLinks"; small: true; text: qsTrId("desktop.links_yes"); onClicked: app.links.register() }
    }
}
