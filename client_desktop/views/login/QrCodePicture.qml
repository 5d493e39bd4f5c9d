import QtQuick
import Parlour.Controls
import Parlour.Theme

// A code to be scanned: black on white in either theme, as cameras want it.
Rectangle {
    id: ground

    property string source: ""
    property string name: ""

    width: Theme.px(220)
    height: width
    radius: Theme.radiusMedium
    color: "white"
    border { width: 1; color: Theme.border }

    Image {
        objectName: "qrCode"
        anchors { fill: parent; margins: Theme.space8 }
        source: ground.source
        smooth: false
        fillMode: Image.PreserveAspectFit
        Accessible.role: Accessible.Graphic
        Accessible.name: ground.name
    }
}
