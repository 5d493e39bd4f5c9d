import QtQuick
import Parlour.Theme
import Parlour.Controls

// A place on the earth, as words; a map opens outside.
Item {
    id: content

    property var row: ({})
    property Item view: null
    readonly property var place: /^geo:(-?[\d.]+),(-?[\d.]+)/.exec(row.geoUri ?? "")

    width: parent?.width ?? 0
    implicitHeight: card.height

    Rectangle {
        id: card
        anchors.left: parent.left
        width: Math.min(content.width, Theme.px(320))
        height: Theme.px(52)
        radius: Theme.radiusMedium
        color: Theme.bg
        border { width: 1; color: Theme.border }
        Icon {
            id: mark
            name: "map-pin"
            color: Theme.accent
            anchors { left: parent.left; leftMargin: Theme.space16; verticalCenter: parent.verticalCenter }
        }
        PText {
            text: content.place ? content.place[1] + ", " + content.place[2] : qsTrId("main.kind.location")
            font.features: Theme.tabularFigures
            anchors { left: mark.right; leftMargin: Theme.space12; right: show.left; verticalCenter: parent.verticalCenter }
        }
        PButton {
            id: show
            visible: content.place !== null
            kind: "quiet"
            small: true
            text: qsTrId("main.location.open")
            anchors { right: parent.right; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
            onClicked: app.openLink("https://www.openstreetmap.org/?mlat=" + content.place[1] + "&mlon=" + content.place[2] + "#map=15/" + content.place[1] + "/" + content.place[2])
        }
    }
}
