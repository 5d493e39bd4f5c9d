import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../login"

// One page of settings: its name, what it is about, what went wrong, and groups below each other.
Column {
    id: page

    property string title: ""
    property string lead: ""
    property string error: ""
    default property alias content: body.data

    spacing: Theme.space24

    Column {
        width: parent.width
        spacing: Theme.space4
        PText { text: page.title; role: "title"; width: parent.width; Accessible.role: Accessible.Heading }
        PText { visible: text !== ""; text: page.lead; muted: true; width: parent.width; wrapMode: Text.Wrap }
    }
    ErrorLine { width: parent.width; text: page.error }
    Column {
        id: body
        width: parent.width
        spacing: Theme.space24
    }
}
