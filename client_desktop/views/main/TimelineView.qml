import QtQuick
import QtQuick.Controls.Basic
import Qt.labs.qmlmodels
import Parlour.Theme
import Parlour.Controls

// The messages. The list fills from below: row 0 is the newest. Where one was reading is kept for each room.
FocusScope {
    id: view

    required property var conversation
    property bool thread: false
    readonly property var timeline: conversation?.timeline ?? null
    readonly property var messages: conversation?.messages ?? null
    readonly property int side: thread ? Theme.space16 : Theme.space24
    readonly property int column: Math.min(width - 2 * side, Theme.timelineMax)
    readonly property int inset: Math.round((width - column) / 2)
    readonly property bool atBottom: rows.contentY + rows.height >= rows.originY + rows.contentHeight - Theme.px(24)
                                     || rows.contentHeight <= rows.height
    // Whether the newest row is to stay in view while rows arrive or grow. The user's own movements decide.
    property bool stuck: true
    property string marked: ""
    property bool unfolded: false // what a room was made of
    property var openedRuns: [] // people who came and went, each of them shown
    function openRun(key, open) {
        openedRuns = open ? [...openedRuns, key] : openedRuns.filter(other => other !== key);
    }
    property Item hovered: null
    readonly property var selection: conversation?.selection ?? null
    readonly property bool choosing: selection?.active ?? false
    property Item textSelection: null // words of one message, selected by the mouse

    function takeTextSelection(area) {
        if (textSelection !== null && textSelection !== area)
            textSelection.clear();
        textSelection = area;
        if (area !== null)
            rows.forceActiveFocus();
    }
    function selectedText() {
        return textSelection?.text() ?? "";
    }

    signal composeRequested(string text)

    onTimelineChanged: {
        hovered = null;
        textSelection = null;
        held = null;
        marked = "";
        restoreLater.restart();
    }

    function restore() {
        if (timeline === null)
            return;
        const anchor = timeline.anchor();
        const index = anchor.key ? timeline.rows.rowOfKey(anchor.key) : -1;
        if (index < 0) {
            rows.positionViewAtBeginning();
        } else {
            rows.positionViewAtIndex(index, ListView.End);
            put(anchor);
        }
        settle();
    }
    function settle() {
        stuck = atBottom;
        held = stuck || timeline === null ? null : anchorOf(timeline);
        timeline?.keepAnchor(held?.key ?? "", held?.offset ?? 0); // for when the room is shown again
        report();
    }
    // Rows came, went or grew: who reads at the end stays there, who reads elsewhere keeps that in place.
    property var held: null
    function stick() {
        if (rows.moving || bar.pressed)
            return;
        if (stuck)
            rows.positionViewAtBeginning();
        else if (held !== null)
            put(held);
        report();
    }
    function anchorOf(timeline) {
        const middle = rows.contentY + rows.height - Theme.px(40);
        const index = rows.indexAt(1, middle);
        const item = rows.itemAtIndex(index);
        return item === null ? null : { "key": timeline.rows.get(index)?.key ?? "", "offset": item.y - rows.contentY };
    }
    function put(anchor) {
        const item = rows.itemAtIndex(timeline.rows.rowOfKey(anchor.key));
        if (item !== null && Math.abs(item.y - rows.contentY - anchor.offset) > 0.5)
            rows.contentY = item.y - anchor.offset;
    }
    function report() {
        if (timeline === null)
            return;
        timeline.setAtBottom(atBottom);
        timeline.setActive(Window.active && visible);
    }
    Window.onActiveChanged: report()
    onVisibleChanged: report()
    onAtBottomChanged: report()
    Component.onCompleted: restoreLater.restart()
    // Timers, for they end with this view; what is called later would not.
    Timer { id: stickLater; interval: 0; onTriggered: view.stick() }
    Timer { id: restoreLater; interval: 0; onTriggered: view.restore() }
    Component.onDestruction: if (timeline !== null) timeline.setActive(false)

    Connections {
        target: view.timeline
        function onReveal(key, mark) { view.show(key, mark); }
    }
    function show(key, mark) {
        const index = timeline.rows.rowOfKey(key);
        if (index < 0)
            return;
        rows.positionViewAtIndex(index, index === 0 ? ListView.Beginning : ListView.Center);
        settle();
        if (mark) {
            view.marked = key;
            unmark.restart();
        }
    }
    Timer { id: unmark; interval: 2200; onTriggered: view.marked = "" }

    ListView {
        id: rows

        readonly property alias view: view

        anchors.fill: parent
        model: view.timeline?.rows ?? null
        verticalLayoutDirection: ListView.BottomToTop
        clip: true
        focus: true
        activeFocusOnTab: true
        reuseItems: true
        cacheBuffer: Theme.px(200) // every row that is made costs each frame something
        boundsBehavior: Flickable.StopAtBounds
        header: Item { width: 1; height: Theme.space8 } // below the newest row: the list is upside down
        footer: Item { width: 1; height: Theme.space16 }
        currentIndex: -1
        keyNavigationEnabled: false
        highlightMoveDuration: Theme.fastMs
        ScrollBar.vertical: PScrollBar {
            id: bar
            onPressedChanged: if (!pressed) view.settle()
        }
        Accessible.role: Accessible.List
        Accessible.name: qsTrId("main.timeline")

        delegate: DelegateChooser {
            role: "shape"
            // Kept apart when they are used again, so that what a head or blocks consist of stays as it is.
            DelegateChoice { roleValue: "message"; delegate: MessageDelegate {} }
            DelegateChoice { roleValue: "messageHead"; delegate: MessageDelegate {} }
            DelegateChoice { roleValue: "messageBlocks"; delegate: MessageDelegate {} }
            DelegateChoice { roleValue: "messageHeadBlocks"; delegate: MessageDelegate {} }
            DelegateChoice { roleValue: "event"; delegate: EventDelegate {} }
            DelegateChoice { roleValue: "day"; delegate: DayDelegate {} }
            DelegateChoice { roleValue: "new"; delegate: NewDelegate {} }
            DelegateChoice { roleValue: "gap"; delegate: GapDelegate {} }
            DelegateChoice { roleValue: "beginning"; delegate: BeginningDelegate {} }
            DelegateChoice { delegate: Item { width: 1; height: 0 } }
        }

        // Rows further up are fetched before anybody gets there.
        readonly property real above: contentY - originY
        onAboveChanged: if (above < 2 * height && count > 0) more.start()
        onCountChanged: more.start()
        onContentHeightChanged: stickLater.restart()
        onHeightChanged: stickLater.restart()
        onMovingChanged: moving ? view.stuck = false : view.settle()
        onContentYChanged: if (moving || flicking) view.hovered = null

        Keys.onUpPressed: move(1)
        Keys.onDownPressed: move(-1)
        Keys.onPressed: event => view.key(event)
        onActiveFocusChanged: if (!activeFocus) currentIndex = -1

        function move(step) {
            let next = currentIndex < 0 ? (step > 0 ? 0 : -1) : currentIndex + step;
            while (next >= 0 && next < count && model.get(next).canReply === undefined)
                next += step;
            if (next >= 0 && next < count) {
                currentIndex = next;
                positionViewAtIndex(next, ListView.Contain);
            }
        }
    }
    Timer {
        id: more
        interval: 0
        onTriggered: {
            if (view.timeline === null)
                return;
            if (rows.above < 2 * rows.height)
                view.timeline.loadBack();
            if (!view.timeline.atPresent && rows.contentHeight - rows.above - rows.height < rows.height)
                view.timeline.loadForward();
        }
    }
    Connections {
        target: view.timeline?.rows ?? null
        function onRowsInserted() { stickLater.restart(); }
        function onModelReset() { restoreLater.restart(); }
    }

    function key(event) {
        const row = rows.currentIndex < 0 ? null : rows.model.get(rows.currentIndex);
        if (event.key === Qt.Key_PageUp || event.key === Qt.Key_PageDown) {
            const step = (event.key === Qt.Key_PageUp ? -1 : 1) * rows.height * 0.9;
            rows.contentY = Math.max(rows.originY, Math.min(rows.contentY + step, rows.originY + rows.contentHeight - rows.height));
            view.settle();
        } else if (event.key === Qt.Key_End) {
            view.timeline.jumpToPresent();
        } else if (event.matches(StandardKey.Copy) && (view.choosing || view.selectedText() !== "")) {
            view.choosing ? view.selection.copy() : app.copy(view.selectedText());
        } else if (event.key === Qt.Key_Escape) {
            if (view.choosing)
                view.selection.clear();
            else if (view.textSelection !== null)
                view.takeTextSelection(null);
            else
                view.composeRequested("");
        } else if (row && view.choosing && event.key === Qt.Key_Space) {
            view.selection.toggle(row.key);
        } else if (view.choosing && event.key === Qt.Key_Delete) {
            view.askRemovalOfSelected();
        } else if (row && (event.key === Qt.Key_Return || event.key === Qt.Key_Enter || event.key === Qt.Key_Menu)) {
            menu.show(row, rows.currentItem);
        } else if (row && event.text === "r" && row.canReply) {
            view.conversation.composer.reply(row.key);
            view.composeRequested("");
        } else if (row && event.text === "e" && row.canEdit) {
            view.conversation.composer.edit(row.key);
            view.composeRequested("");
        } else if (row && event.text === "+" && row.canReact) {
            view.pickReaction(row, rows.currentItem);
        } else if (row && event.text === "t" && row.canReply && !view.thread) {
            app.room.openThread(row.eventId);
        } else if (event.text.length === 1 && event.text > " " && !(event.modifiers & (Qt.ControlModifier | Qt.AltModifier | Qt.MetaModifier))) {
            view.composeRequested(event.text);
        } else {
            return;
        }
        event.accepted = true;
    }

    TapHandler { // beside what is selected
        enabled: view.textSelection !== null
        onTapped: view.takeTextSelection(null)
    }

    // What belongs to the message under the pointer: one bar for all rows.
    HoverBar {
        id: hoverBar
        view: view
        target: view.choosing ? null : view.hovered
    }
    MessageMenu {
        id: menu
        view: view
    }
    function openMenu(row, item, x, y) {
        menu.show(row, item, x, y);
    }
    function askRemovalOfSelected() {
        if (selection.canRemove)
            remover.setSource("RemoveDialog.qml", { "view": view, "row": null });
    }
    function askRemoval(row) {
        remover.setSource("RemoveDialog.qml", { "view": view, "row": row });
    }
    Loader {
        id: remover
        onLoaded: item.open()
    }
    function pickReaction(row, item) {
        picker.item ? picker.item.pick(item, row.key) : (picker.active = true, picker.item.pick(item, row.key));
    }
    Loader {
        id: picker
        active: false
        sourceComponent: EmojiPicker {
            property string key: ""
            function pick(item, messageKey) {
                key = messageKey;
                const at = item.mapToItem(view, item.width, 0);
                x = Math.max(Theme.space8, Math.min(view.width - width - Theme.space8, at.x - width - Theme.space24));
                y = Math.max(Theme.space8, Math.min(view.height - height - Theme.space8, at.y));
                open();
            }
            parent: view
            onPicked: text => view.messages.react(key, text)
        }
    }

    // The day that is being read, while the list moves.
    PFloat {
        visible: opacity > 0 && floatingDay.text !== ""
        opacity: rows.moving && !view.atBottom ? 1 : 0
        radius: height / 2
        shadow: false
        anchors { top: parent.top; topMargin: Theme.space8; horizontalCenter: parent.horizontalCenter }
        width: floatingDay.implicitWidth + Theme.space24
        height: Theme.px(26)
        Behavior on opacity { NumberAnimation { duration: Theme.normalMs } }
        PText {
            id: floatingDay
            anchors.centerIn: parent
            text: {
                rows.contentY;
                const index = rows.moving ? rows.indexAt(1, rows.contentY + Theme.px(40)) : -1;
                return index < 0 ? "" : view.timeline?.rows.dayAt(index) ?? "";
            }
            role: "caption"
            muted: true
        }
    }

    // Where to: up to what is unread, down to what is new.
    Pill {
        readonly property int unreadRow: {
            rows.count;
            return view.timeline?.rows.newRow() ?? -1;
        }
        readonly property bool above: {
            rows.contentY;
            if (unreadRow < 0)
                return false;
            const item = rows.itemAtIndex(unreadRow);
            return item === null ? rows.indexAt(1, rows.contentY + 4) < unreadRow : item.y + item.height < rows.contentY;
        }
        visible: above
        text: qsTrId("main.pill.unread")
        iconName: "arrow-up"
        tone: "mention"
        anchors { top: parent.top; topMargin: Theme.space12; horizontalCenter: parent.horizontalCenter }
        onClicked: view.timeline.jumpToUnread()
    }
    Pill {
        visible: view.timeline !== null && (view.timeline.news > 0 || !view.timeline.atPresent || !view.atBottom && rows.contentHeight - rows.above > 2.5 * rows.height)
        text: view.timeline !== null && view.timeline.news > 0 ? qsTrId("main.pill.news", view.timeline.news) : qsTrId("main.pill.newest")
        iconName: "arrow-down"
        tone: view.timeline !== null && view.timeline.news > 0 ? "accent" : "plain"
        anchors { bottom: parent.bottom; bottomMargin: Theme.space12; horizontalCenter: parent.horizontalCenter }
        onClicked: view.timeline.jumpToPresent()
    }

    // Until the first rows are there, where that takes a while.
    readonly property bool waiting: rows.count === 0 && !(view.timeline?.ready ?? true)
    property bool takesLong: false
    onWaitingChanged: takesLong = false
    Timer { interval: 120; running: view.waiting; onTriggered: view.takesLong = true }
    Loader {
        active: view.waiting && view.takesLong
        anchors { left: parent.left; leftMargin: view.inset; right: parent.right; rightMargin: view.inset; bottom: parent.bottom; bottomMargin: Theme.space24 }
        sourceComponent: Column {
            spacing: Theme.space24
            Repeater {
                model: 4
                Row {
                    required property int index
                    spacing: Theme.space12
                    PSkeleton { width: Theme.avatarTimeline; height: width; radius: width / 2 }
                    Column {
                        spacing: Theme.space8
                        PSkeleton { width: Theme.px(90 + 24 * (index % 3)) }
                        PSkeleton { width: Math.min(view.column - Theme.px(60), Theme.px(280 + 90 * ((index * 7) % 4))) }
                    }
                }
            }
        }
    }
}
