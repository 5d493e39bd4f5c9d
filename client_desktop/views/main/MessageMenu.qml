import QtQuick
import Parlour.Theme
import Parlour.Controls

// All that can be done to a message.
PMenu {
    id: menu

    required property Item view
    property var row: ({})
    property string chosen: "" // what is selected of it
    readonly property bool sent: (row.eventId ?? "") !== ""

    // `item`: below it, where the keyboard asked; null: where the pointer is.
    function show(message, item, x, y) {
        row = message;
        chosen = view.textSelection !== null && view.textSelection.about.row.key === message.key ? view.selectedText() : "";
        item ? popup(item, x ?? view.inset + Theme.px(48), y ?? Math.min(item.height, Theme.px(80))) : popup();
    }

    PMenuItem { visible: menu.row.canReply === true; text: qsTrId("main.action.reply"); iconName: "reply"; onTriggered: { menu.view.conversation.composer.reply(menu.row.key); menu.view.composeRequested(""); } }
    PMenuItem { visible: menu.row.canReply === true && !menu.view.thread; text: qsTrId("main.action.thread"); iconName: "message-square-text"; onTriggered: app.room.openThread(menu.row.eventId) }
    PMenuItem { visible: menu.row.canEdit === true; text: qsTrId("main.action.edit"); iconName: "pencil"; shortcutAction: "editLast"; onTriggered: { menu.view.conversation.composer.edit(menu.row.key); menu.view.composeRequested(""); } }
    PMenuItem { visible: menu.sent && !menu.row.redacted; text: qsTrId("main.action.forward"); iconName: "forward"; onTriggered: app.forward.begin(menu.view.timeline.roomId, menu.row.eventId) }
    PMenuItem { visible: menu.row.canPin === true; text: menu.row.pinned ? qsTrId("main.action.unpin") : qsTrId("main.action.pin"); iconName: menu.row.pinned ? "pin-off" : "pin"; onTriggered: menu.view.messages.pin(menu.row.key, !menu.row.pinned) }
    PMenuSeparator { visible: menu.sent }
    PMenuItem { visible: (menu.row.text ?? "") !== ""; text: qsTrId("main.action.copy"); iconName: "copy"; onTriggered: menu.chosen !== "" ? app.copy(menu.chosen) : menu.view.messages.copyText(menu.row.key) }
    PMenuItem { visible: menu.sent; objectName: "selectMessage"; text: qsTrId("main.select.begin"); iconName: "circle-check"; onTriggered: menu.view.selection.toggle(menu.row.key) }
    PMenuItem { visible: menu.sent; text: qsTrId("main.action.copy_link"); iconName: "link"; onTriggered: menu.view.messages.copyLink(menu.row.key) }
    PMenuItem { visible: menu.row.edited === true; text: qsTrId("main.action.history"); iconName: "history"; onTriggered: app.source.showHistory(menu.view.timeline.roomId, menu.row.eventId) }
    PMenuItem { visible: menu.sent && (app.preferences?.developerTools ?? false); text: qsTrId("main.action.source"); iconName: "braces"; onTriggered: app.source.showEvent(menu.view.timeline.roomId, menu.row.eventId) }
    PMenuSeparator { visible: menu.sent }
    PMenuItem { visible: menu.sent && menu.row.own === false; text: qsTrId("main.action.report"); iconName: "flag"; onTriggered: app.openDialogWith("report", { "roomId": menu.view.timeline.roomId, "eventId": menu.row.eventId, "userId": menu.row.sender }) }
    PMenuItem { visible: menu.sent && menu.row.own === false; text: qsTrId("main.action.person"); iconName: "user"; onTriggered: app.openDialogWith("person", { "roomId": menu.view.timeline.roomId, "userId": menu.row.sender }) }
    PMenuItem { visible: menu.row.canRedact === true && menu.sent; text: qsTrId("main.action.remove"); iconName: "trash-2"; danger: true; onTriggered: menu.view.askRemoval(menu.row) }
    PMenuItem { visible: menu.row.sendFailed === true; text: qsTrId("main.send.retry"); iconName: "refresh-cw"; onTriggered: menu.view.messages.retry(menu.row.key) }
    PMenuItem { visible: !menu.sent; text: qsTrId("main.send.discard"); iconName: "trash-2"; danger: true; onTriggered: menu.view.messages.discard(menu.row.key) }
}
