import QtQuick
import Parlour.Theme
import Parlour.Controls

Row {
    id: failed

    required property var row

    signal retried
    signal discarded

    spacing: Theme.space4

    Icon { name: "circle-alert"; color: Theme.danger; size: Theme.iconSmall; anchors.verticalCenter: parent.verticalCenter }
    PText {
        text: failed.row.errorText !== "" ? failed.row.errorText : qsTrId("main.send.failed")
        role: "small"
        color: Theme.danger
        width: Math.min(implicitWidth, failed.width - Theme.px(220))
        anchors.verticalCenter: parent.verticalCenter
    }
    PButton { kind: "quiet"; small: true; text: qsTrId("main.send.retry"); onClicked: failed.retried() }
    PButton { kind: "quiet"; small: true; text: qsTrId("main.send.discard"); onClicked: failed.discarded() }
}
