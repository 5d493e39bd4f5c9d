import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// A room in the list, or the heading of a section.
T.ItemDelegate {
    id: control

    required property var row
    required property int index
    readonly property bool header: row.header
    readonly property string roomId: row.roomId
    readonly property bool selected: !header && app.rooms.current === roomId
    readonly property bool loud: !header && !row.muted && (row.unread > 0 || row.mentions > 0 || row.markedUnread || row.invited)

    signal chosen(string roomId)
    signal menuRequested(var row)
    signal dragged(Item item, point point)
    signal dropped(bool taken)

    function activate() {
        if (header)
            app.rooms.toggleSection(row.section);
        else
            chosen(roomId);
    }

    width: ListView.view ? ListView.view.width : 0
    height: header ? Theme.px(index === 0 ? 32 : 40) : Math.max(Theme.roomRow, Theme.hitTarget)
    hoverEnabled: true
    focusPolicy: Qt.NoFocus
    highlighted: ListView.isCurrentItem && ListView.view.activeFocus && ListView.view.visualFocus !== false
    onClicked: activate()
    Accessible.role: header ? Accessible.Heading : Accessible.ListItem
    Accessible.name: header ? row.name : spoken()
    Accessible.selected: selected
    Accessible.onPressAction: activate()
    // Rows that are kept to be used again are not drawn, but would be read aloud.
    ListView.onPooled: opacity = 0
    ListView.onReused: opacity = 1

    function spoken() {
        let said = row.name;
        if (row.mentions > 0)
            said += ", " + qsTrId("control.mentions", row.mentions);
        else if (row.unread > 0)
            said += ", " + qsTrId("control.unread", row.unread);
        return row.text === "" ? said : said + ", " + row.text;
    }

    contentItem: null
    background: Rectangle {
        visible: !control.header || control.highlighted
        radius: Theme.radiusMedium
        color: control.selected ? Theme.surface : control.down ? Theme.pressed : control.hovered ? Theme.hover : "transparent"
        border {
            width: control.highlighted ? Theme.focusRing : control.selected ? 1 : 0
            color: control.highlighted ? Theme.focus : Theme.border
        }
    }

    Loader {
        anchors.fill: parent
        sourceComponent: control.header ? heading : room
    }

    Component {
        id: heading
        Item {
            PText {
                id: title
                text: control.row.name
                role: "caption"
                color: control.hovered ? Theme.text : Theme.textMuted
                font.weight: Theme.weightSemibold
                font.capitalization: Font.AllUppercase
                font.letterSpacing: 0.5
                anchors { left: parent.left; leftMargin: Theme.space8 + 2; bottom: parent.bottom; bottomMargin: Theme.space8 }
                Accessible.ignored: true
            }
            Loader {
                active: control.row.collapsed || control.hovered || control.highlighted
                anchors { left: title.right; leftMargin: Theme.space4; verticalCenter: title.verticalCenter }
                sourceComponent: Icon {
                    name: control.row.collapsed ? "chevron-right" : "chevron-down"
                    size: Theme.px(14)
                }
            }
            PBadge {
                count: control.row.mentions > 0 ? control.row.mentions : control.row.unread
                mention: control.row.mentions > 0
                anchors { right: parent.right; rightMargin: Theme.space8; verticalCenter: title.verticalCenter }
            }
        }
    }

    Component {
        id: room
        Item {
            Avatar {
                id: avatar
                name: control.row.name
                identifier: control.row.colorId
                url: control.row.avatarUrl
                size: Theme.previewLine ? Theme.avatarList : Theme.px(24)
                below: control.selected ? Theme.surface : Theme.sunken
                anchors { left: parent.left; leftMargin: Theme.space8; verticalCenter: parent.verticalCenter }
                Accessible.ignored: true
            }
            PText {
                id: name
                text: control.row.name
                font.weight: Theme.weightSemibold
                color: control.row.muted ? Theme.textMuted : Theme.text
                anchors {
                    left: avatar.right
                    leftMargin: Theme.space8 + 2
                    right: time.left
                    rightMargin: Theme.space8
                }
                y: Theme.previewLine ? Math.round(parent.height / 2 - height - 1) : Math.round((parent.height - height) / 2)
                Accessible.ignored: true
            }
            PText {
                id: time
                visible: Theme.previewLine
                text: control.row.time
                role: "caption"
                faint: true
                font.features: Theme.tabularFigures
                width: visible ? implicitWidth : 0
                anchors { right: parent.right; rightMargin: Theme.space8; baseline: name.baseline }
                Accessible.ignored: true
            }
            Loader {
                id: draft
                active: control.row.textKind === "draft" && Theme.previewLine
                anchors { left: name.left; verticalCenter: preview.verticalCenter }
                sourceComponent: Icon {
                    name: "pencil"
                    size: Theme.px(12)
                }
            }
            PText {
                id: preview
                visible: Theme.previewLine
                text: control.row.text
                role: "small"
                color: control.row.textKind === "typing" ? Theme.accent : control.row.textKind === "invite" ? Theme.mention : Theme.textMuted
                anchors {
                    left: draft.active ? draft.right : name.left
                    leftMargin: draft.active ? Theme.space4 : 0
                    right: marks.left
                    rightMargin: marks.width > 0 ? Theme.space8 : 0
                    top: name.bottom
                    topMargin: Theme.px(2)
                }
                Accessible.ignored: true
            }
            Row {
                id: marks
                spacing: Theme.space4
                anchors { right: parent.right; rightMargin: Theme.space8 }
                y: Theme.previewLine ? Math.round(preview.y + (preview.height - height) / 2) : Math.round((parent.height - height) / 2)
                Loader {
                    active: control.row.muted
                    visible: active
                    anchors.verticalCenter: parent.verticalCenter
                    sourceComponent: Icon {
                        name: "bell-off"
                        size: Theme.px(14)
                    }
                }
                Loader {
                    readonly property bool counted: control.row.mentions > 0 || (control.row.unread > 0 && !control.row.muted)
                    active: counted || control.row.markedUnread || control.row.invited
                    visible: active
                    anchors.verticalCenter: parent.verticalCenter
                    sourceComponent: PBadge {
                        dot: !parent.counted
                        count: control.row.mentions > 0 ? control.row.mentions : control.row.unread
                        mention: control.row.mentions > 0
                        Accessible.ignored: true
                    }
                }
            }
        }
    }

    DragHandler { // among the favourites, or out of the way
        id: drag
        target: null
        enabled: !control.header && !control.row.invited
        acceptedDevices: PointerDevice.Mouse | PointerDevice.TouchPad
        onActiveChanged: active ? control.dragged(control, centroid.position) : control.dropped(true)
        onCentroidChanged: if (active) control.dragged(control, centroid.position)
        onCanceled: control.dropped(false)
    }
    TapHandler {
        acceptedButtons: Qt.RightButton
        enabled: !control.header
        onTapped: control.menuRequested(control.row)
    }
}
