import QtQuick
import QtQuick.Layouts
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

// Every control in its states, for looking at them.
ApplicationWindow {
    id: gallery

    property alias rightToLeft: page.mirrored

    width: 1180 * Math.max(1, Theme.zoom)
    height: 1150 * Math.max(1, Theme.zoom)
    visible: true
    color: Theme.bg

    Item {
        id: page

        property bool mirrored: false

        anchors { fill: parent; margins: Theme.space24 }
        LayoutMirroring.enabled: mirrored
        LayoutMirroring.childrenInherit: true

        Row {
            anchors.fill: parent
            spacing: Theme.space32

            Column {
                width: (parent.width - 2 * parent.spacing) / 3
                spacing: Theme.space12

                PText { text: "Display, title, lead"; role: "display"; width: parent.width }
                PText { text: "Welcome back"; role: "title"; width: parent.width }
                PText { text: "Lead text of 16"; role: "lead"; width: parent.width }
                PText { text: "The path above the lake is free of snow. Two hours up, three if we stop for every picture. 👋🏽 🎉"; wrapMode: Text.Wrap; width: parent.width }
                PText { text: "Small and muted"; role: "small"; muted: true; width: parent.width }
                PText { text: "12:41 · caption and faint"; role: "caption"; faint: true; width: parent.width }
                Flow {
                    width: parent.width
                    spacing: Theme.space8
                    PButton { text: "Sign in"; kind: "primary" }
                    PButton { text: "Rename" }
                    PButton { text: "Sign out"; kind: "danger" }
                    PButton { text: "Change"; kind: "quiet" }
                    PButton { text: "Sending"; kind: "primary"; busy: true }
                    PButton { text: "Not now"; enabled: false }
                    PButton { id: focused; objectName: "focused"; text: "Focused"; iconName: "key-round" }
                    PButton { text: "Small"; small: true; iconName: "plus" }
                }
                PButton { text: "Continue with a very long company account name that does not fit"; iconName: "globe"; width: parent.width }
                Row {
                    spacing: Theme.space4
                    PIconButton { text: "Search"; iconName: "search" }
                    PIconButton { text: "Threads"; iconName: "message-square-text"; badge: 2 }
                    PIconButton { text: "Details"; iconName: "info"; checkable: true; checked: true }
                    PIconButton { text: "Send"; iconName: "send"; kind: "primary" }
                    PIconButton { text: "Delete"; iconName: "trash-2"; kind: "danger" }
                    PIconButton { text: "Back"; iconName: "arrow-left" }
                    PIconButton { text: "Off"; iconName: "bell"; enabled: false }
                }
                PTextField { label: "Username"; text: "alice"; width: parent.width }
                PTextField { label: "Password"; text: "hunter2hunter2"; secret: true; width: parent.width; error: "That is not the password of this account." }
                PSearchField { placeholderText: "Jump to …"; width: parent.width }
                PSearchField { text: "cat pictures"; width: parent.width }
                PTextArea { label: "Topic"; placeholderText: "What is this room about?"; help: "Everyone who can find the room sees it."; width: parent.width; minimumLines: 2 }
            }

            Column {
                width: (parent.width - 2 * parent.spacing) / 3
                spacing: Theme.space12

                PSwitch { text: "Show typing notices"; description: "People see when you write."; checked: true; width: parent.width }
                PSwitch { text: "Send read receipts"; width: parent.width }
                PSwitch { text: "Off and disabled"; enabled: false; width: parent.width }
                PCheckBox { text: "I have stored the recovery key"; checked: true; width: parent.width }
                PCheckBox { text: "Some of them"; tristate: true; checkState: Qt.PartiallyChecked; width: parent.width }
                PCheckBox { text: "None"; width: parent.width }
                PRadioButton { text: "Anybody"; checked: true; description: "Also people who are not signed in."; width: parent.width }
                PRadioButton { text: "Members only"; width: parent.width }
                PComboBox { objectName: "combo"; label: "Language"; model: ["English", "Deutsch"]; width: parent.width }
                PSegmented {
                    options: [{ value: "compact", text: "Compact" }, { value: "cosy", text: "Cosy" }, { value: "roomy", text: "Roomy" }]
                    value: Theme.density
                    width: parent.width
                }
                PTabBar {
                    width: parent.width
                    PTabButton { text: "People"; badge: 3 }
                    PTabButton { text: "Files" }
                    PTabButton { text: "Pinned" }
                }
                Row {
                    spacing: Theme.space8
                    PBadge { count: 2; mention: true }
                    PBadge { count: 14 }
                    PBadge { count: 4711 }
                    PBadge { dot: true; anchors.verticalCenter: parent.verticalCenter }
                    PBadge { text: "This device"; quiet: true }
                    PKeyCaps { action: "quickSwitcher" }
                    PKeyCaps { action: "unreadNext" }
                }
                Row {
                    spacing: Theme.space8
                    Repeater {
                        model: ["Alice", "Bob", "Carol", "Dave", "Erin", "Frank", "Grace", "Heidi"]
                        PAvatar { required property string modelData; name: modelData; identifier: "@" + modelData.toLowerCase() + ":example.org"; below: Theme.bg }
                    }
                }
                Row {
                    spacing: Theme.space8
                    PAvatar { name: "#hut:example.org"; identifier: "!hut"; rounded: true; size: Theme.avatarRail; below: Theme.bg }
                    PAvatar { name: "أحمد"; identifier: "@ahmad:example.org"; size: Theme.avatarRail; below: Theme.bg; presence: "online" }
                    PAvatar { name: "👩‍🚀 Zoë"; identifier: "@zoe:example.org"; size: Theme.avatarRail; below: Theme.bg; presence: "unavailable" }
                    PAvatar { objectName: "pictured"; name: "Picture"; identifier: "@p:example.org"; size: Theme.avatarRail; below: Theme.bg }
                    PAvatar { objectName: "picturedTile"; name: "Picture"; identifier: "@p:example.org"; size: Theme.avatarRail; rounded: true; below: Theme.bg }
                }
                Flow {
                    width: parent.width
                    spacing: Theme.space8
                    PChip { text: "🎉"; count: 5; checkable: true; checked: true }
                    PChip { text: "🚀"; count: 3 }
                    PChip { text: "👀"; count: 2 }
                    PChip { iconName: "smile-plus" }
                    PChip { text: "Unread"; checkable: true }
                }
                PSlider { value: 0.4; width: parent.width; label: "Volume" }
                PProgress { value: 0.64; width: parent.width }
                PProgress { indeterminate: true; width: parent.width }
                PSeparator { text: "Today"; width: parent.width }
                PSeparator { text: "New"; atEnd: true; color: Theme.mention; textColor: Theme.mention; width: parent.width }
                PSpoiler { reason: "the end of the film"; width: parent.width; PText { text: "They were dead all along." } }
                Row {
                    spacing: Theme.space16
                    PLink { text: "Create an account" }
                    PLink { text: "Forgot password"; small: true }
                }
            }

            Column {
                width: (parent.width - 2 * parent.spacing) / 3
                spacing: Theme.space12

                Rectangle {
                    width: parent.width
                    height: rows.height + Theme.space16
                    color: Theme.sunken
                    radius: Theme.radiusMedium
                    Column {
                        id: rows
                        anchors { left: parent.left; right: parent.right; top: parent.top; margins: Theme.space8 }
                        PSectionHeader { text: "Favourites"; width: parent.width; collapsible: true; PIconButton { text: "Add"; iconName: "plus"; iconSize: Theme.iconSmall } }
                        Repeater {
                            model: [
                                { name: "Mountain hut", text: "Erin: the view from the hut this morning was", count: 14, mention: false },
                                { name: "Carol", text: "typing …", count: 2, mention: true },
                                { name: "A room with a very long name that must be cut off", text: "Bob: upgraded, all quiet", count: 0, mention: false },
                                { name: "غرفة عربية", text: "مرحبا بكم في الغرفة", count: 0, mention: false }
                            ]
                            PListRow {
                                required property var modelData
                                required property int index
                                width: rows.width
                                text: modelData.name
                                detail: Theme.previewLine ? modelData.text : ""
                                strong: modelData.count > 0
                                selected: index === 0
                                leading: PAvatar { name: modelData.name; identifier: modelData.name; size: Theme.previewLine ? Theme.avatarList : Theme.px(24); below: Theme.sunken }
                                trailing: PBadge { count: modelData.count; mention: modelData.mention }
                            }
                        }
                        PSectionHeader { text: "Low priority"; width: parent.width; collapsible: true; collapsed: true; badge: 7 }
                    }
                }
                PBanner { title: "One device is not verified."; text: "It cannot read your encrypted history yet."; width: parent.width; PButton { text: "Verify this device"; kind: "primary" } }
                PBanner { kind: "danger"; text: "The message could not be sent."; width: parent.width; dismissible: true }
                PBanner { kind: "info"; text: "Set up recovery, so that you never lose your messages."; width: parent.width; PButton { text: "Set up" } }
                PCard {
                    width: parent.width
                    PText { text: "Parlour on Linux"; font.weight: Theme.weightMedium; width: parent.width }
                    PText { text: "Desktop · Berlin · active now"; role: "small"; muted: true; width: parent.width }
                }
                Rectangle {
                    width: parent.width; height: emptyState.height + Theme.space32; color: Theme.surface; radius: Theme.radiusMedium
                    border { width: 1; color: Theme.border }
                    PEmptyState {
                        id: emptyState
                        anchors.centerIn: parent
                        iconName: "messages-square"
                        title: "No threads yet"
                        text: "Reply to a message in a thread to keep a side conversation together."
                        PButton { text: "Show me how" }
                    }
                }
                Row {
                    spacing: Theme.space12
                    PSkeleton { width: Theme.px(36); height: width; radius: width / 2 }
                    Column { spacing: Theme.space8; PSkeleton { width: Theme.px(120) } PSkeleton { width: Theme.px(200) } }
                }
            }
        }
    }

    PMenu {
        id: menu
        objectName: "menu"
        x: gallery.width - width - Theme.space32
        y: gallery.height - height - Theme.space32
        PMenuItem { text: "Reply"; iconName: "reply"; shortcutAction: "replyPrevious" }
        PMenuItem { text: "Edit"; iconName: "pencil"; shortcutAction: "editLast" }
        PMenuItem { text: "Copy"; iconName: "copy" }
        PMenuSeparator {}
        PMenuItem { text: "Mute"; checkable: true; checked: true }
        PMenuItem { text: "Not allowed"; iconName: "pin"; enabled: false }
        PMenu { title: "Mute for"; iconName: "bell-off"; PMenuItem { text: "1 hour" } }
        PMenuItem { text: "Delete"; iconName: "trash-2"; danger: true }
    }

    PDialog {
        objectName: "dialog"
        title: "Leave Mountain hut?"
        description: "You will need a new invitation to come back."
        PTextField { label: "Reason"; placeholderText: "Optional"; width: parent.width }
        actions: [PButton { text: "Cancel" }, PButton { text: "Leave"; kind: "danger" }]
    }

    PToolTip {
        objectName: "tip"
        parent: focused
        text: "Jump to a room"
        shortcutAction: "quickSwitcher"
    }
}
