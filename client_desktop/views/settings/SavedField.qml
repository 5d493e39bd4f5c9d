import QtQuick
import Parlour.Controls
import Parlour.Theme

// A line of text that is saved when it is left, by Return, or by the button that appears beside it.
Item {
    id: field

    property alias label: input.label
    property alias placeholderText: input.placeholderText
    property alias maximumLength: input.maximumLength
    property alias help: input.help
    property string value: ""
    readonly property bool different: input.text.trim() !== value

    signal saved(string value)

    function give() {
        if (different)
            saved(input.text.trim());
    }

    implicitHeight: input.implicitHeight
    onValueChanged: if (!input.activeFocus) input.text = value

    PTextField {
        id: input
        text: field.value
        width: parent.width - (save.visible ? save.width + Theme.space8 : 0)
        onAccepted: field.give()
        Keys.onEscapePressed: event => {
            event.accepted = field.different;
            text = field.value;
        }
    }
    PButton {
        id: save
        visible: field.different && field.enabled
        text: qsTrId("settings.save")
        anchors { right: parent.right; bottom: parent.bottom; bottomMargin: Theme.px(2) }
        onClicked: field.give()
    }
}
