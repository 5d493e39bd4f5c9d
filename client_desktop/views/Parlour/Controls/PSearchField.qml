import QtQuick
import Parlour.Theme

PTextField {
    iconName: "search"
    clearable: true
    inputMethodHints: Qt.ImhNoAutoUppercase
}
