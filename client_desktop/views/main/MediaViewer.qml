import QtQuick
import Parlour.Theme
import Parlour.Controls

// A picture or film over everything. Arrows go to the next, the wheel or + and - make it larger.
FocusScope {
    id: viewer

    readonly property var info: app.viewer.info
    readonly property bool film: info.kind === "video"
    property real scaling: 1

    function fit() {
        scaling = 1;
    }
    function enlarge(factor) {
        scaling = Math.max(0.25, Math.min(8, scaling * factor));
    }

    Accessible.role: Accessible.Dialog
    Accessible.name: info.name ?? ""
    Keys.onEscapePressed: app.viewer.hide()
    Keys.onLeftPressed: app.viewer.step(-1)
    Keys.onRightPressed: app.viewer.step(1)
    Keys.onPressed: event => {
        if (event.key === Qt.Key_Plus || event.key === Qt.Key_Equal)
            enlarge(1.25);
        else if (event.key === Qt.Key_Minus)
            enlarge(0.8);
        else if (event.key === Qt.Key_0)
            fit();
        else
            return;
        event.accepted = true;
    }
    onInfoChanged: fit()

    Rectangle {
        anchors.fill: parent
        color: Qt.rgba(0.05, 0.055, 0.05, 0.94)
        TapHandler { onTapped: app.viewer.hide() }
        WheelHandler { onWheel: event => viewer.enlarge(event.angleDelta.y > 0 ? 1.15 : 0.87) }
    }

    Flickable {
        id: flick
        anchors { fill: parent; topMargin: Theme.px(64); bottomMargin: Theme.space24; leftMargin: Theme.px(64); rightMargin: Theme.px(64) }
        contentWidth: Math.max(width, picture.width)
        contentHeight: Math.max(height, picture.height)
        clip: true
        interactive: contentWidth > width || contentHeight > height
        visible: !viewer.film
        Image {
            id: picture
            readonly property real natural: implicitWidth > 0 ? Math.min(1, flick.width / implicitWidth, flick.height / implicitHeight) : 1
            width: implicitWidth * natural * viewer.scaling
            height: implicitHeight * natural * viewer.scaling
            x: Math.max(0, (flick.width - width) / 2)
            y: Math.max(0, (flick.height - height) / 2)
            source: viewer.film || !app.viewer.handle?.url ? "" : "image://picture/corner-0/" + encodeURIComponent(app.viewer.handle.url)
            asynchronous: true
            Accessible.role: Accessible.Graphic
            Accessible.name: viewer.info.caption || viewer.info.name || ""
            TapHandler { onDoubleTapped: viewer.scaling === 1 ? viewer.enlarge(2) : viewer.fit() }
        }
    }
    Loader {
        anchors.fill: flick
        active: viewer.film && !!app.viewer.handle?.url
        source: "VideoPlayer.qml"
        onLoaded: item.source = app.viewer.handle.url
    }
    Column {
        anchors.centerIn: parent
        visible: !app.viewer.handle?.url
        spacing: Theme.space12
        PText { text: (app.viewer.handle?.error ?? "") !== "" ? app.viewer.handle.error : qsTrId("control.loading"); color: "white"; opacity: 0.8; anchors.horizontalCenter: parent.horizontalCenter }
        PProgress { visible: (app.viewer.handle?.error ?? "") === ""; value: Math.max(0, app.viewer.handle?.progress ?? 0); indeterminate: (app.viewer.handle?.progress ?? -1) < 0 }
    }

    Rectangle {
        width: parent.width
        height: Theme.px(56)
        color: "transparent"
        Avatar {
            id: face
            name: viewer.info.senderName ?? ""
            identifier: viewer.info.sender ?? ""
            url: viewer.info.senderAvatar ?? ""
            size: Theme.avatarList
            anchors { left: parent.left; leftMargin: Theme.space16; verticalCenter: parent.verticalCenter }
        }
        Column {
            anchors { left: face.right; leftMargin: Theme.space12; right: tools.left; rightMargin: Theme.space16; verticalCenter: parent.verticalCenter }
            PText { text: viewer.info.senderName ?? ""; color: "#ECEAE6"; font.weight: Theme.weightSemibold; width: parent.width }
            PText { text: [viewer.info.fullTime, viewer.info.name, viewer.info.sizeText].filter(part => part).join(" · "); role: "small"; color: "#A6A29A"; width: parent.width }
        }
        Row {
            id: tools
            anchors { right: parent.right; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
            spacing: Theme.space4
            ViewerButton { visible: !viewer.film; text: qsTrId("main.viewer.smaller"); iconName: "zoom-out"; onClicked: viewer.enlarge(0.8) }
            ViewerButton { visible: !viewer.film; text: qsTrId("main.viewer.larger"); iconName: "zoom-in"; onClicked: viewer.enlarge(1.25) }
            ViewerButton { text: qsTrId("main.action.forward"); iconName: "forward"; onClicked: { app.forward.begin(app.room.roomId, viewer.info.eventId); app.viewer.hide(); } }
            ViewerButton { text: qsTrId("main.media.save"); iconName: "download"; onClicked: saver.open() }
            ViewerButton { text: qsTrId("control.close"); iconName: "x"; focus: true; onClicked: app.viewer.hide() }
        }
    }
    ViewerButton {
        text: qsTrId("main.viewer.previous")
        iconName: "chevron-left"
        anchors { left: parent.left; leftMargin: Theme.space12; verticalCenter: parent.verticalCenter }
        onClicked: app.viewer.step(-1)
    }
    ViewerButton {
        text: qsTrId("main.viewer.next")
        iconName: "chevron-right"
        anchors { right: parent.right; rightMargin: Theme.space12; verticalCenter: parent.verticalCenter }
        onClicked: app.viewer.step(1)
    }
    SaveFile {
        id: saver
        handle: app.viewer.handle
        name: viewer.info.name ?? ""
    }
}
