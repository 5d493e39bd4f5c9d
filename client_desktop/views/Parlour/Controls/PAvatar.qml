import QtQuick
import Parlour.Theme

// A picture, or the first letter on the person's colour. `identifier` (user or room id) chooses the colour.
// `source`: empty, or what the engine's picture provider serves; see the README of these views.
Item {
    id: avatar

    property string name: ""
    property string identifier: ""
    property string source: ""
    property int size: Theme.avatarList
    property bool rounded: false // a square with round corners, as spaces have it
    property color below: Theme.surface
    property string presence: "" // "", online, unavailable, offline

    readonly property string initial: {
        const shown = name.replace(/^[\s@#!+&]+/, "");
        const letter = [...(shown === "" ? name : shown)][0] ?? "";
        return letter.toLocaleUpperCase();
    }
    readonly property bool pictured: (picture.item?.status ?? Image.Null) === Image.Ready

    implicitWidth: size
    implicitHeight: size
    Accessible.role: Accessible.Graphic
    Accessible.name: name

    Rectangle {
        anchors.fill: parent
        visible: !avatar.pictured
        radius: avatar.rounded ? avatar.size * 0.28 : avatar.size / 2
        color: Theme.personSoft(avatar.identifier, avatar.below)

        Text {
            anchors.centerIn: parent
            text: avatar.initial
            color: Theme.personColor(avatar.identifier)
            font.pixelSize: Math.max(8, Math.round(avatar.size * 0.42))
            font.weight: Theme.weightSemibold
            textFormat: Text.PlainText
            Accessible.ignored: true
        }
    }

    Loader { // most have none
        id: picture
        anchors.fill: parent
        active: avatar.source !== ""
        sourceComponent: Image {
            visible: avatar.pictured
            source: "image://picture/" + (avatar.rounded ? "rounded" : "circle") + "/" + encodeURIComponent(avatar.source)
            sourceSize: Qt.size(avatar.size, avatar.size)
            asynchronous: true
            cache: true
            Accessible.ignored: true
        }
    }

    Loader {
        anchors { right: parent.right; bottom: parent.bottom; margins: -1 }
        active: avatar.presence === "online" || avatar.presence === "unavailable"
        sourceComponent: Rectangle {
            width: Math.max(8, Math.round(avatar.size * 0.3))
            height: width
            radius: width / 2
            color: avatar.presence === "online" ? Theme.success : Theme.warning
            border { width: 2; color: avatar.below }
        }
    }
}
