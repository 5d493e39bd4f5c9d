import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// A thread hangs on this message: who writes there, how much, when last.
T.AbstractButton {
    id: chip

    required property var thread

    implicitHeight: Theme.px(34)
    implicitWidth: row.width + Theme.px(20)
    hoverEnabled: true
    focusPolicy: Qt.NoFocus
    topInset: Theme.px(3)
    Accessible.role: Accessible.Button
    Accessible.name: thread.replies + ", " + thread.ago

    background: Rectangle {
        radius: Theme.px(9)
        color: chip.hovered ? Theme.mix(Theme.text, 0.04, Theme.surface) : Theme.surface
        border { width: 1; color: Theme.border }
    }
    contentItem: Item {
        Row {
            id: row
            anchors { left: parent.left; leftMargin: Theme.px(8); verticalCenter: parent.verticalCenter; verticalCenterOffset: Theme.px(1) }
            spacing: Theme.space8
            Row {
                spacing: -Theme.px(6)
                anchors.verticalCenter: parent.verticalCenter
                Repeater {
                    model: chip.thread.participants.slice(0, 3)
                    Avatar {
                        required property string modelData
                        name: modelData
                        identifier: modelData
                        size: Theme.px(20)
                    }
                }
            }
            PText {
                text: chip.thread.replies
                role: "small"
                color: Theme.link
                font.weight: Theme.weightMedium
                anchors.verticalCenter: parent.verticalCenter
                Accessible.ignored: true
            }
            PText {
                text: chip.thread.ago
                role: "small"
                muted: true
                anchors.verticalCenter: parent.verticalCenter
                Accessible.ignored: true
            }
            PBadge {
                visible: chip.thread.unread > 0
                count: chip.thread.mentions > 0 ? chip.thread.mentions : chip.thread.unread
                mention: chip.thread.mentions > 0
                anchors.verticalCenter: parent.verticalCenter
            }
        }
    }
}
