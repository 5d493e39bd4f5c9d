import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls

// Developer tools: JSON of an event, its earlier versions, or a room's state.
PDialog {
    id: dialog

    width: Math.min(Theme.px(820), (parent?.width ?? 0) - Theme.space32)
    title: app.source.kind === "state" ? qsTrId("main.source.state") : app.source.kind === "history" ? qsTrId("main.source.history") : qsTrId("main.source.event")
    visible: app.source.kind !== ""
    onClosed: app.source.hide()

    contentItem: Item {
        implicitHeight: Math.min(Theme.px(560), (dialog.parent?.height ?? 600) - Theme.px(200))

        ListView {
            id: states
            visible: app.source.kind === "state"
            width: visible ? Math.round(parent.width * 0.42) : 0
            height: parent.height
            clip: true
            model: app.source.states
            currentIndex: -1
            boundsBehavior: Flickable.StopAtBounds
            ScrollBar.vertical: PScrollBar {}
            delegate: PListRow {
                required property var row
                required property int index
                text: row.type
                detail: row.stateKey
                selected: ListView.isCurrentItem
                onClicked: {
                    states.currentIndex = index;
                    app.source.chooseState(row.type, row.stateKey);
                }
            }
        }
        PTabBar {
            id: tabs
            visible: app.source.clearText !== ""
            height: visible ? implicitHeight : 0
            anchors { left: states.right; right: parent.right; leftMargin: states.visible ? Theme.space16 : 0 }
            PTabButton { text: qsTrId("main.source.clear") }
            PTabButton { text: qsTrId("main.source.wire") }
        }
        Rectangle {
            anchors { left: tabs.left; right: parent.right; top: tabs.bottom; topMargin: tabs.visible ? Theme.space8 : 0; bottom: parent.bottom }
            radius: Theme.radiusMedium
            color: Theme.codeBg
            border { width: 1; color: Theme.border }
            ScrollView {
                anchors { fill: parent; margins: Theme.space8 }
                clip: true
                ScrollBar.vertical.policy: ScrollBar.AsNeeded
                TextArea {
                    id: json
                    readOnly: true
                    selectByMouse: true
                    background: null
                    text: app.source.clearText !== "" && tabs.currentIndex === 0 ? app.source.clearText : app.source.text
                    font.family: Theme.mono
                    font.pixelSize: Theme.px(12.5)
                    color: Theme.text
                    selectionColor: Theme.selection
                    selectedTextColor: Theme.text
                    wrapMode: TextEdit.WrapAnywhere
                    textFormat: TextEdit.PlainText
                    Accessible.name: dialog.title
                }
            }
        }
    }
    actions: [
        PButton { text: qsTrId("main.action.copy"); iconName: "copy"; onClicked: app.copy(json.text) }
    ]
}
