import QtQuick
import Parlour.Controls
import Parlour.Theme

PageColumn {
    title: qsTrId("settings.page_keyboard")
    lead: qsTrId("settings.keyboard_lead")

    KeyTable { width: parent.width }
}
