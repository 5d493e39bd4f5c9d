import QtQuick
import QtQuick.Dialogs
import Parlour.Controls
import Parlour.Theme

// The picture of a person or room, and how to choose another.
Item {
    id: row

    property string name: ""
    property string identifier: ""
    property string source: ""
    property bool rounded: false
    property bool editable: true
    property bool busy: false

    signal picked(url file)
    signal removed

    implicitHeight: avatar.height

    PAvatar {
        id: avatar
        size: Theme.px(72)
        name: row.name
        identifier: row.identifier
        source: row.source
        rounded: row.rounded
        below: Theme.bg
    }
    Row {
        visible: row.editable
        spacing: Theme.space8
        anchors { left: avatar.right; leftMargin: Theme.space16; verticalCenter: parent.verticalCenter }
        PButton { objectName: "choosePicture"; text: qsTrId("settings.profile_picture_change"); busy: row.busy; onClicked: files.open() }
        PButton { visible: row.source !== ""; kind: "quiet"; text: qsTrId("settings.profile_picture_remove"); enabled: !row.busy; onClicked: row.removed() }
    }
    FileDialog {
        id: files
        nameFilters: [qsTrId("settings.profile_picture_files") + " (*.png *.jpg *.jpeg *.webp *.gif)"]
        onAccepted: row.picked(selectedFile)
    }
}
