import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Dialogs
import Parlour.Theme
import Parlour.Controls

// Where messages are written. Return sends, Shift+Return breaks the line, Up in an empty field edits the last one.
FocusScope {
    id: composer

    required property var conversation
    property string placeholder: ""
    readonly property var model: conversation?.composer ?? null
    readonly property var messages: conversation?.messages ?? null
    // Where what floats above is put: an item that surrounds it, for clicks outside of their parents get lost.
    required property Item floor
    required property real floorX
    required property real floorY
    readonly property bool recording: recorder.item?.active ?? false

    implicitHeight: box.height
    Accessible.role: Accessible.Pane
    Accessible.name: qsTrId("main.composer")

    function typeText(text) {
        field.forceActiveFocus();
        if (text !== "")
            field.insert(field.cursorPosition, text);
    }
    function retreat() {
        if (model.cancel())
            return;
        if (app.room.info.unread > 0 || (app.room.info.mentions ?? 0) > 0)
            app.rooms.markRead(app.room.roomId);
        conversation.timeline.jumpToPresent();
    }

    onModelChanged: {
        quiet = true;
        field.text = model?.text ?? "";
        field.cursorPosition = field.length;
        quiet = false;
    }
    property bool quiet: false

    Connections {
        target: composer.model
        function onTextSet(text, cursor) {
            composer.quiet = true;
            field.text = text;
            field.cursorPosition = Math.min(cursor, field.length);
            composer.quiet = false;
        }
    }

    CompletionList {
        completer: composer.model?.completer ?? null
        parent: composer.floor
        x: composer.floorX
        y: composer.floorY - height - Theme.space8
        width: composer.width
        onPicked: index => {
            composer.model.accept(index);
            field.forceActiveFocus();
        }
    }

    FormatBar {
        field: field
        model: composer.model
        parent: composer.floor
        x: composer.LayoutMirroring.enabled ? composer.floorX + composer.width - width - Theme.space8 : composer.floorX + Theme.space8
        y: composer.floorY - height - Theme.space8
    }

    Rectangle {
        id: box
        width: parent.width
        height: bar.height + strip.height + line.height
        radius: Theme.radiusLarge
        color: Theme.bg
        border { width: field.activeFocus ? 1.5 : 1; color: field.activeFocus ? Theme.focus : Theme.floatBorder }
        opacity: composer.enabled ? 1 : 0.5

        Item { // what this answers or changes
            id: bar
            readonly property var about: composer.model?.editing || composer.model?.replyTo || null
            readonly property bool editing: !!composer.model?.editing
            width: parent.width
            height: about !== null ? Theme.px(40) : 0
            visible: about !== null
            clip: true
            Icon {
                id: barIcon
                name: bar.editing ? "pencil" : "reply"
                size: Theme.iconSmall
                color: Theme.accent
                anchors { left: parent.left; leftMargin: Theme.space16; verticalCenter: parent.verticalCenter }
            }
            PText {
                id: barTitle
                text: bar.about === null ? "" : bar.editing ? qsTrId("main.composer.editing") : Words.text("main.composer.replying", [bar.about.senderName])
                role: "small"
                font.weight: Theme.weightMedium
                color: Theme.accent
                width: Math.min(implicitWidth, parent.width * 0.4)
                anchors { left: barIcon.right; leftMargin: Theme.space8; verticalCenter: parent.verticalCenter }
            }
            PText {
                text: bar.about?.text ?? ""
                role: "small"
                muted: true
                anchors { left: barTitle.right; leftMargin: Theme.space8; right: barClose.left; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
            }
            PIconButton {
                id: barClose
                text: qsTrId("main.composer.cancel")
                shortcutAction: "cancel"
                iconName: "x"
                iconSize: Theme.iconSmall
                anchors { right: parent.right; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
                onClicked: {
                    composer.model.cancel();
                    field.forceActiveFocus();
                }
            }
            Rectangle { anchors { left: parent.left; right: parent.right; bottom: parent.bottom; margins: 1 } height: 1; color: Theme.border }
        }

        AttachmentStrip {
            id: strip
            files: composer.model?.files ?? null
            anchors { top: bar.bottom; left: parent.left; right: parent.right }
        }

        Item {
            id: line
            anchors { top: strip.bottom; left: parent.left; right: parent.right }
            height: Math.max(Theme.px(50), Math.min(flick.contentHeight + Theme.px(4), Theme.px(260)))

            PIconButton {
                id: attach
                text: qsTrId("main.composer.attach")
                iconName: "paperclip"
                shortcutAction: "attach"
                anchors { left: parent.left; leftMargin: Theme.space8; bottom: parent.bottom; bottomMargin: Theme.px(7) }
                onClicked: attachMenu.popup(attach, 0, -attachMenu.height)
                PMenu {
                    id: attachMenu
                    PMenuItem { text: qsTrId("main.composer.files"); iconName: "paperclip"; shortcutAction: "attach"; onTriggered: files.open() }
                    PMenuItem { text: qsTrId("main.composer.poll"); iconName: "chart-bar-big"; onTriggered: poll.begin("") }
                }
            }

            Flickable {
                id: flick
                visible: !composer.recording
                anchors { left: attach.right; leftMargin: Theme.space4; right: tools.left; rightMargin: Theme.space4; top: parent.top; bottom: parent.bottom; margins: 1 }
                contentWidth: width
                contentHeight: field.implicitHeight
                clip: true
                boundsBehavior: Flickable.StopAtBounds
                ScrollBar.vertical: PScrollBar {}

                TextArea.flickable: TextArea {
                    id: field
                    focus: true
                    background: null
                    leftPadding: Theme.space4
                    rightPadding: Theme.space4
                    topPadding: Math.max(Theme.space8, Math.round((Theme.px(48) - metrics.height) / 2))
                    bottomPadding: topPadding
                    color: Theme.text
                    selectionColor: Theme.selection
                    selectedTextColor: Theme.text
                    placeholderText: ""
                    font.pixelSize: Theme.sizeBody
                    font.family: Theme.sans
                    wrapMode: TextEdit.Wrap
                    textFormat: TextEdit.PlainText
                    selectByMouse: true
                    Accessible.name: composer.placeholder
                    onTextChanged: if (!composer.quiet) composer.model?.typed(text, cursorPosition)
                    onCursorPositionChanged: if (!composer.quiet && composer.model?.completer.active) composer.model.typed(text, cursorPosition)
                    Keys.onPressed: event => composer.key(event)

                    FontMetrics { id: metrics; font: field.font }
                    PText {
                        visible: field.length === 0 && field.preeditText === ""
                        text: strip.count === 1 ? qsTrId("main.composer.caption") : composer.placeholder
                        faint: true
                        anchors { left: parent.left; leftMargin: field.leftPadding; right: parent.right; top: parent.top; topMargin: field.topPadding }
                        Accessible.ignored: true
                    }
                }
            }

            Loader {
                id: recorder
                anchors { left: attach.right; right: tools.left; top: parent.top; bottom: parent.bottom }
                active: app.recorder !== null && (app.recorder?.state ?? "") !== ""
                sourceComponent: RecorderBar { recorder: app.recorder }
            }

            Row {
                id: tools
                anchors { right: parent.right; rightMargin: Theme.px(6); bottom: parent.bottom; bottomMargin: Theme.px(6) }
                spacing: Theme.space2
                PIconButton {
                    id: emoji
                    visible: !composer.recording
                    text: qsTrId("main.composer.emoji")
                    iconName: "smile"
                    shortcutAction: "emojiPicker"
                    anchors.verticalCenter: parent.verticalCenter
                    onClicked: composer.pickEmoji()
                }
                PIconButton {
                    id: record
                    visible: !composer.recording && (composer.model?.empty ?? true) && app.recorder !== null
                    text: qsTrId("main.composer.voice")
                    iconName: "mic"
                    shortcutAction: "recordVoice"
                    anchors.verticalCenter: parent.verticalCenter
                    onClicked: app.recorder.begin()
                }
                PIconButton {
                    id: sendButton
                    kind: "primary"
                    size: Theme.px(38)
                    enabled: composer.recording || !(composer.model?.empty ?? true) || !!composer.model?.editing
                    text: qsTrId("main.composer.send")
                    iconName: "send"
                    shortcutAction: "send"
                    iconSize: Theme.px(18)
                    opacity: enabled ? 1 : 0.55
                    onClicked: composer.submit()
                }
            }
        }
    }

    function submit() {
        if (recording)
            app.recorder.send(model);
        else
            model.send();
        field.forceActiveFocus();
    }

    Loader {
        id: picker
        active: false
        sourceComponent: EmojiPicker {
            parent: composer
            x: composer.width - width
            y: -height - Theme.space8
            packs: true
            onPicked: text => composer.model.insert(text, field.cursorPosition)
            onStickerPicked: sticker => composer.model.sendSticker(sticker)
            onClosed: field.forceActiveFocus()
        }
    }
    function pickEmoji() {
        picker.active = true;
        picker.item.open();
    }

    FileDialog {
        id: files
        fileMode: FileDialog.OpenFiles
        onAccepted: {
            composer.model.files.add(selectedFiles);
            field.forceActiveFocus();
        }
    }

    PollDialog {
        id: poll
        composer: composer.model
    }
    Connections {
        target: app
        enabled: composer.activeFocus
        function onPollRequested(question) { poll.begin(question); }
    }

    function key(event) {
        const enter = event.key === Qt.Key_Return || event.key === Qt.Key_Enter;
        const plain = !(event.modifiers & ~Qt.KeypadModifier);
        if (model === null)
            return;
        if (model.completer.active && completing(event, enter, plain)) {
            event.accepted = true;
        } else if (enter && plain) {
            submit();
            event.accepted = true;
        } else if (event.key === Qt.Key_Escape && plain) {
            retreat();
            event.accepted = true;
        } else if (event.key === Qt.Key_Up && plain && field.length === 0) {
            event.accepted = model.editLast();
        } else if (event.matches(StandardKey.Paste)) {
            event.accepted = model.files.paste();
        } else if (event.key === Qt.Key_PageUp || event.key === Qt.Key_PageDown) {
            composer.scrolled(event);
        }
    }
    signal scrolled(var event)

    function completing(event, enter, plain) {
        if (event.key === Qt.Key_Down || event.key === Qt.Key_Up)
            model.completer.step(event.key === Qt.Key_Down ? 1 : -1);
        else if (enter && plain || event.key === Qt.Key_Tab)
            return model.accept(-1);
        else if (event.key === Qt.Key_Escape)
            model.cancel();
        else
            return false;
        return true;
    }

    Shortcut { enabled: field.activeFocus; sequences: Shortcuts.keys("bold"); onActivated: composer.model.wrap("**", field.selectionStart, field.selectionEnd) }
    Shortcut { enabled: field.activeFocus; sequences: Shortcuts.keys("italic"); onActivated: composer.model.wrap("_", field.selectionStart, field.selectionEnd) }
    Shortcut { enabled: field.activeFocus; sequences: Shortcuts.keys("code"); onActivated: composer.model.wrap("`", field.selectionStart, field.selectionEnd) }
    Shortcut { enabled: field.activeFocus; sequences: Shortcuts.keys("spoiler"); onActivated: composer.model.wrap("||", field.selectionStart, field.selectionEnd) }
    Shortcut { enabled: field.activeFocus; sequences: Shortcuts.keys("quote"); onActivated: composer.model.quoteLines(field.selectionStart, field.selectionEnd) }
    Shortcut { enabled: field.activeFocus; sequences: Shortcuts.keys("insertLink"); onActivated: composer.model.link(field.selectionStart, field.selectionEnd) }
    Shortcut { enabled: composer.activeFocus; sequences: Shortcuts.keys("emojiPicker"); onActivated: composer.pickEmoji() }
    Shortcut { enabled: composer.activeFocus; sequences: Shortcuts.keys("attach"); onActivated: files.open() }
    Shortcut { enabled: composer.activeFocus && app.recorder !== null; sequences: Shortcuts.keys("recordVoice"); onActivated: composer.recording ? composer.submit() : app.recorder.begin() }
    Shortcut { enabled: field.activeFocus; sequences: Shortcuts.keys("replyPrevious"); onActivated: composer.model.replyStep(-1) }
}
