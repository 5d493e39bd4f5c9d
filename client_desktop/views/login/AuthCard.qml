import QtQuick
import QtQuick.Templates as T
import Parlour.Controls
import Parlour.Theme

// The one card in the middle of an empty window: what leads into the client.
Rectangle {
    id: page

    property string title: ""
    property string lead: ""
    property string error: ""
    property bool canGoBack: false
    default property alias content: body.data

    signal back

    color: Theme.sunken

    Flickable {
        id: flick
        anchors.fill: parent
        contentHeight: Math.max(height, card.height + 2 * Theme.space24)
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        T.ScrollBar.vertical: PScrollBar {}

        Rectangle {
            id: card
            width: Math.min(Theme.dialogWidth, flick.width - 2 * Theme.space16)
            height: column.implicitHeight + 2 * Theme.space32
            anchors.centerIn: parent
            radius: Theme.radiusLarge
            color: Theme.surface
            border { width: 1; color: Theme.border }

            Column {
                id: column
                anchors { left: parent.left; right: parent.right; top: parent.top; margins: Theme.space32 }
                spacing: Theme.space16

                Item {
                    width: parent.width
                    height: Theme.px(44)
                    Image {
                        source: Theme.logo
                        sourceSize: Qt.size(Theme.px(44), Theme.px(44))
                        width: Theme.px(44)
                        height: width
                        Accessible.ignored: true
                    }
                    PLink {
                        anchors { right: parent.right; verticalCenter: parent.verticalCenter }
                        objectName: "back"
                        small: true
                        visible: page.canGoBack
                        text: qsTrId("login.back")
                        onClicked: page.back()
                    }
                }
                Column {
                    width: parent.width
                    spacing: Theme.space4
                    PText {
                        width: parent.width
                        text: page.title
                        role: "title"
                        wrapMode: Text.Wrap
                        lineHeight: 1.1
                        Accessible.role: Accessible.Heading
                    }
                    PText {
                        width: parent.width
                        visible: text !== ""
                        text: page.lead
                        muted: true
                        wrapMode: Text.Wrap
                    }
                }
                ErrorLine { width: parent.width; text: page.error }
                Column {
                    id: body
                    width: parent.width
                    spacing: Theme.space16
                }
            }
        }
    }
}
