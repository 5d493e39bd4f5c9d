import QtQuick
import Parlour.Controls
import Parlour.Theme

// One of several, chosen by its value. `options`: [{ value, text }].
PComboBox {
    id: box

    property var options: []
    property var value: undefined
    readonly property int place: options.findIndex(each => each.value === value)

    signal chosen(var value)

    // A new list of texts (another language) and a choice both unbind the index.
    function follow() {
        currentIndex = Qt.binding(() => box.place);
    }

    textRole: "text"
    valueRole: "value"
    model: options
    displayText: place >= 0 ? options[place].text : ""
    Component.onCompleted: follow()
    onModelChanged: Qt.callLater(follow)
    onActivated: index => {
        chosen(options[index].value);
        follow();
    }
}
