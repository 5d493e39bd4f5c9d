import QtQuick
import Parlour.Controls
import Parlour.Theme

// One stage that the server wants before it makes the account.
AuthCard {
    id: card

    required property var prompt

    title: form.title
    lead: form.lead
    error: form.error
    canGoBack: true
    onBack: prompt.cancel()
    onActiveFocusChanged: if (activeFocus) form.forceActiveFocus()

    StageForm {
        id: form
        width: parent.width
        prompt: card.prompt
    }
}
