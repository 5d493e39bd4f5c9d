import QtQuick
import Parlour.Controls
import Parlour.Theme

// A role out of those that can be given; a level in between is shown as what it is.
PComboBox {
    id: box

    property var roles: []
    property int level: 0
    property string custom: ""
    readonly property int place: roles.findIndex(role => role.level === level)

    signal picked(int level)

    label: qsTrId("dialogs.members_role")
    textRole: "name"
    valueRole: "level"
    model: roles
    currentIndex: place
    displayText: place >= 0 ? roles[place].name : custom !== "" ? custom : Words.text("dialogs.role_custom", [level])
    onActivated: index => {
        if (roles[index].level !== level)
            picked(roles[index].level);
        currentIndex = Qt.binding(() => box.place);
    }
}
