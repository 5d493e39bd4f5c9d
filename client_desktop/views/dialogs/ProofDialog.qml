import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../login"

// What the server wants proved before it does something: above whatever asked for it. While somebody signs in,
// the card of the sign-in page asks instead.
PDialog {
    id: dialog

    readonly property var prompt: app.dialogs.prompt
    readonly property bool wanted: prompt.active && app.page !== "welcome"

    title: form.title
    description: form.lead
    onWantedChanged: wanted ? open() : close()
    onOpened: form.forceActiveFocus()
    onClosed: if (wanted) prompt.cancel()

    contentItem: Column {
        spacing: Theme.space16
        ErrorLine { width: parent.width; text: form.error }
        StageForm { id: form; width: parent.width; prompt: dialog.prompt }
    }
}
