import QtQuick
import QtQuick.Dialogs
import Parlour.Controls
import Parlour.Theme
import "../../settings"

PageColumn {
    id: page

    readonly property var model: app.dialogs.packs
    property string target: ""
    property bool fresh: false

    title: qsTrId("dialogs.room_page_packs")
    lead: qsTrId("dialogs.packs_lead")
    error: model.error

    PText { visible: page.model.packs.length === 0; text: qsTrId("dialogs.packs_none"); muted: true }

    Repeater {
        model: page.model.packs
        Group {
            id: pack
            required property var modelData
            title: modelData.name || modelData.stateKey
            Flow {
                width: parent.width
                spacing: Theme.space8
                Repeater {
                    model: pack.modelData.images
                    Column {
                        id: image
                        required property var modelData
                        width: Theme.px(76)
                        spacing: Theme.px(2)
                        PIconButton {
                            anchors.horizontalCenter: parent.horizontalCenter
                            size: Theme.px(56)
                            text: ":" + image.modelData.shortcode + ":"
                            enabled: page.model.mayChange
                            contentItem: Image { source: app.media.imageSource ? app.media.imageSource(image.modelData.url) : ""; fillMode: Image.PreserveAspectFit; sourceSize: Qt.size(Theme.px(56), Theme.px(56)) }
                            onClicked: menu.popup(this, 0, height)
                            PMenu {
                                id: menu
                                PMenuItem { text: Words.text("dialogs.packs_image_remove", [":" + image.modelData.shortcode + ":"]); iconName: "trash-2"; danger: true; onTriggered: page.model.removeImage(pack.modelData.stateKey, image.modelData.shortcode) }
                            }
                        }
                        PText { text: image.modelData.shortcode; role: "caption"; muted: true; width: parent.width; horizontalAlignment: Text.AlignHCenter }
                    }
                }
            }
            Row {
                visible: page.model.mayChange
                spacing: Theme.space8
                PButton { small: true; iconName: "plus"; text: qsTrId("dialogs.packs_image_add"); busy: page.model.busy; onClicked: { page.fresh = false; page.target = pack.modelData.stateKey; files.open(); } }
                PChip { text: qsTrId("dialogs.packs_as_emoji"); checked: pack.modelData.emoji; anchors.verticalCenter: parent.verticalCenter; onClicked: page.model.setUses(pack.modelData.stateKey, !pack.modelData.emoji, pack.modelData.stickers) }
                PChip { text: qsTrId("dialogs.packs_as_sticker"); checked: pack.modelData.stickers; anchors.verticalCenter: parent.verticalCenter; onClicked: page.model.setUses(pack.modelData.stateKey, pack.modelData.emoji, !pack.modelData.stickers) }
                PButton { small: true; kind: "quiet"; text: qsTrId("dialogs.packs_remove"); enabled: !page.model.busy; onClicked: page.model.remove(pack.modelData.stateKey) }
            }
            PSwitch { width: parent.width; text: qsTrId("dialogs.packs_use_everywhere"); checked: pack.modelData.everywhere; onToggled: page.model.setEverywhere(pack.modelData.stateKey, checked) }
        }
    }
    Row {
        visible: page.model.mayChange
        width: parent.width
        spacing: Theme.space8
        PTextField { id: name; width: parent.width - add.width - parent.spacing; accessibleName: qsTrId("dialogs.packs_name"); placeholderText: qsTrId("dialogs.packs_name"); maximumLength: 100 }
        PButton { id: add; height: Theme.field; text: qsTrId("dialogs.packs_add"); enabled: name.text.trim() !== "" && !page.model.busy; onClicked: { page.fresh = true; files.open(); } }
    }
    FileDialog {
        id: files
        nameFilters: [qsTrId("settings.profile_picture_files") + " (*.png *.jpg *.jpeg *.webp *.gif)"]
        onAccepted: {
            if (page.fresh) {
                page.model.create(name.text, selectedFile);
                name.clear();
            } else {
                page.model.addImage(page.target, selectedFile);
            }
        }
    }
}
