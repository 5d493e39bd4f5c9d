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

    // Any level up to one's own can be given: the roles are those that most rooms need.
    property real highest: roles.length > 0 ? roles[0].level : 0
    readonly property int otherPlace: roles.length

    label: qsTrId("dialogs.members_role")
    textRole: "name"
    valueRole: "level"
    model: [...roles, { "level": level, "name": qsTrId("dialogs.role_other") }]
    currentIndex: place
    displayText: place >= 0 ? roles[place].name : custom !== "" ? custom : Words.text("dialogs.role_custom", [level])
    onActivated: index => {
        if (index === otherPlace)
            other.ask();
        else if (roles[index].level !== level)
            picked(roles[index].level);
        currentIndex = Qt.binding(() => box.place);
    }

    PDialog {
        id: other
        title: qsTrId("dialogs.role_other_title")
        description: qsTrId("dialogs.role_other_text")
        function ask() { field.text = box.level; open(); field.selectAll(); field.forceActiveFocus(); }
        function give() {
            if (!field.acceptableInput)
                return;
            close();
            if (Number(field.text) !== box.level)
                box.picked(Number(field.text));
        }
        contentItem: PTextField {
            id: field
            objectName: "customLevel"
            label: qsTrId("dialogs.role_other_field")
            readonly property bool acceptableInput: /^-?\d{1,9}$/.test(text) && Number(text) <= box.highest
            error: text === "" || text === "-" || acceptableInput ? "" : Words.text("dialogs.role_other_error", [box.highest])
            onAccepted: other.give()
        }
        actions: [
            PButton { text: qsTrId("dialogs.cancel"); onClicked: other.close() },
            PButton { objectName: "setCustomLevel"; kind: "primary"; text: qsTrId("dialogs.role_other_submit"); enabled: field.acceptableInput; onClicked: other.give() }
        ]
    }
}
