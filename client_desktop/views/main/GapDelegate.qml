import QtQuick
import Parlour.Theme
import Parlour.Controls

// Messages are missing here; being shown fetches them.
Item {
    id: gap

    required property var row
    readonly property Item view: ListView.view?.view ?? null

    width: ListView.view?.width ?? 0
    height: Theme.px(52)
    Accessible.role: Accessible.Animation
    Accessible.name: qsTrId("main.gap")
    Component.onCompleted: view?.timeline?.fillGap(row.key)
    ListView.onReused: view?.timeline?.fillGap(row.key)

    Row {
        anchors.centerIn: parent
        spacing: Theme.space12
        PSkeleton { width: Theme.px(60); anchors.verticalCenter: parent.verticalCenter }
        PText { text: qsTrId("main.gap"); role: "caption"; faint: true; Accessible.ignored: true }
        PSkeleton { width: Theme.px(60); anchors.verticalCenter: parent.verticalCenter }
    }
}
