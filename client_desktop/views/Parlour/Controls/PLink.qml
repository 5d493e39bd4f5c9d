import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// Words that go somewhere.
T.AbstractButton {
    id: link

    property bool small: false

    implicitWidth: words.implicitWidth
    implicitHeight: words.implicitHeight + 2 * Theme.space4
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.role: Accessible.Link
    Accessible.name: text
    Accessible.onPressAction: clicked()
    HoverHandler { cursorShape: Qt.PointingHandCursor }

    contentItem: PText {
        id: words
        text: link.text
        role: link.small ? "small" : "body"
        color: Theme.link
        font.weight: Theme.weightMedium
        font.underline: link.hovered
        Accessible.ignored: true
    }
    background: Rectangle {
        color: "transparent"
        radius: Theme.radiusSmall
        PFocusRing { control: link; gap: 1 }
    }
}
