import QtQuick
import QtQuick.Dialogs
import QtQuick.Templates as T
import Parlour.Controls
import Parlour.Theme
import "../login"

// A room or a space: its name, and who can join. The rest can wait or is under "More".
PDialog {
    id: dialog

    property var args: ({})
    readonly property bool space: args.name === "createSpace"
    readonly property var model: app.dialogs.createRoom
    property string access: "invited"
    property url picture

    title: space ? qsTrId("dialogs.create_space_title") : qsTrId("dialogs.create_room_title")
    description: model.spaceName === "" ? "" : Words.text("dialogs.create_in_space", [model.spaceName])
    busy: model.busy
    onAboutToShow: {
        model.begin(args.spaceId ?? "");
        access = args.spaceId ? "restricted" : "invited";
    }
    onOpened: name.forceActiveFocus()

    function submit() {
        model.create({
            "name": name.text, "topic": topic.text, "picture": picture, "space": space, "access": access,
            "encrypted": encrypted.checked, "alias": alias.text, "federated": federated.checked,
            "version": version.currentIndex > 0 ? dialog.model.versions[version.currentIndex - 1] : ""
        });
    }

    Connections {
        target: dialog.model
        function onCreated(roomId) {
            dialog.close();
            if (dialog.space)
                app.rooms.setSpace(roomId);
            else
                app.room.open(roomId);
        }
    }

    contentItem: Flickable {
        implicitHeight: form.implicitHeight
        contentHeight: form.implicitHeight
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        T.ScrollBar.vertical: PScrollBar {}

        Column {
            id: form
            width: parent.width - (parent.parent.contentHeight > parent.parent.height ? Theme.space12 : 0)
            spacing: Theme.space16

            ErrorLine { width: parent.width; text: dialog.model.error }
            Item {
                width: parent.width
                height: name.implicitHeight
                PIconButton {
                    id: choose
                    anchors.bottom: parent.bottom
                    size: Theme.field
                    text: qsTrId("dialogs.create_picture")
                    iconName: dialog.picture.toString() === "" ? "camera" : "check"
                    onClicked: files.open()
                    background: Rectangle { radius: Theme.radiusMedium; color: choose.hovered ? Theme.hover : Theme.sunken; border { width: choose.visualFocus ? 2 : 0; color: Theme.focus } }
                }
                PTextField {
                    id: name
                    objectName: "roomName"
                    anchors { left: choose.right; leftMargin: Theme.space8; right: parent.right }
                    label: qsTrId("dialogs.create_name")
                    placeholderText: dialog.space ? "" : qsTrId("dialogs.create_name_hint")
                    maximumLength: 255
                    onEdited: dialog.model.clearError()
                    onAccepted: dialog.submit()
                }
            }
            PTextField { id: topic; objectName: "roomTopic"; width: parent.width; label: qsTrId("dialogs.create_topic") }

            Column {
                width: parent.width
                spacing: Theme.space4
                PText { text: qsTrId("dialogs.create_who"); role: "small"; muted: true; font.weight: Theme.weightMedium }
                Repeater {
                    model: dialog.model.spaceName === "" ? ["invited", "knock", "public"] : ["restricted", "invited", "knock", "public"]
                    PRadioButton {
                        required property string modelData
                        readonly property string word: modelData === "invited" ? "private" : modelData
                        objectName: "access-" + modelData
                        width: form.width
                        text: Words.text("dialogs.create_" + word, [dialog.model.spaceName])
                        description: qsTrId("dialogs.create_" + word + "_text")
                        checked: dialog.access === modelData
                        onClicked: dialog.access = modelData
                    }
                }
            }
            PTextField {
                id: alias
                width: parent.width
                visible: dialog.access === "public"
                label: qsTrId("dialogs.create_alias")
                placeholderText: "#" + (dialog.model.suggestAlias(name.text) || "name")
                help: text === "" ? "" : "#" + text + ":" + app.session.userId.substring(app.session.userId.indexOf(":") + 1)
            }
            PSwitch {
                id: encrypted
                objectName: "encrypted"
                width: parent.width
                visible: !dialog.space
                enabled: dialog.access !== "public"
                text: qsTrId("dialogs.create_encrypted")
                description: enabled ? qsTrId("dialogs.create_encrypted_text") : qsTrId("dialogs.create_encrypted_public")
                checked: dialog.access !== "public"
            }
            PSectionHeader { id: more; width: parent.width; text: qsTrId("dialogs.create_advanced"); collapsible: true; collapsed: true; capitals: false; leftPadding: 0 }
            PSwitch { id: federated; visible: !more.collapsed; width: parent.width; text: qsTrId("dialogs.create_federate"); checked: true }
            PComboBox {
                id: version
                visible: !more.collapsed
                width: parent.width
                label: qsTrId("dialogs.create_version")
                displayText: label + ": " + currentText
                model: [Words.text("dialogs.create_version_default", [dialog.model.defaultVersion]), ...dialog.model.versions]
            }
        }
    }
    FileDialog { id: files; nameFilters: [qsTrId("settings.profile_picture_files") + " (*.png *.jpg *.jpeg *.webp *.gif)"]; onAccepted: dialog.picture = selectedFile }
    actions: [
        PButton { text: qsTrId("dialogs.cancel"); enabled: !dialog.busy; onClicked: dialog.close() },
        PButton { objectName: "submitCreate"; kind: "primary"; busy: dialog.busy; text: dialog.space ? qsTrId("dialogs.create_submit_space") : qsTrId("dialogs.create_submit_room"); onClicked: dialog.submit() }
    ]
}
