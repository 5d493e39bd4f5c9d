import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// A few letters and Return lead anywhere.
T.Popup {
    id: switcher

    signal chosen(string roomId)

    parent: T.Overlay.overlay
    x: Math.round(((parent?.width ?? 0) - width) / 2)
    y: Math.round((parent?.height ?? 0) * 0.14)
    width: Math.min(Theme.px(560), (parent?.width ?? 0) - Theme.space32)
    height: Math.min(Theme.px(440), (parent?.height ?? 0) * 0.72)
    padding: Theme.space8
    modal: true
    focus: true
    popupType: T.Popup.Item
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside
    background: PFloat { radius: Theme.radiusLarge }
    T.Overlay.modal: Rectangle { color: Theme.scrim }
    enter: Transition { NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.fastMs } }
    exit: Transition { NumberAnimation { property: "opacity"; from: 1; to: 0; duration: Theme.fastMs } }
    onOpened: {
        app.switcher.begin();
        find.clear();
        find.forceActiveFocus();
    }

    function take(roomId) {
        if (roomId !== "") {
            close();
            chosen(roomId);
        }
    }

    contentItem: FocusScope {
        PSearchField {
            id: find
            width: parent.width
            focus: true
            placeholderText: qsTrId("main.switcher.find")
            onEdited: app.switcher.setWords(text)
            onAccepted: switcher.take(app.switcher.choice())
            Keys.onDownPressed: app.switcher.step(1)
            Keys.onUpPressed: app.switcher.step(-1)
        }
        ListView {
            id: rows
            anchors { top: find.bottom; topMargin: Theme.space8; left: parent.left; right: parent.right; bottom: parent.bottom }
            clip: true
            model: app.switcher.rows
            currentIndex: app.switcher.chosen
            boundsBehavior: Flickable.StopAtBounds
            ScrollBar.vertical: PScrollBar {}
            Accessible.role: Accessible.List
            delegate: SwitchRow {
                onPicked: switcher.take(row.roomId)
            }
            PEmptyState {
                visible: rows.count === 0
                anchors.centerIn: parent
                iconName: "search"
                title: qsTrId("main.switcher.none")
                text: qsTrId("main.switcher.none_text")
                PButton {
                    text: qsTrId("main.rail.explore")
                    iconName: "compass"
                    onClicked: {
                        switcher.close();
                        app.openDialog("explore");
                    }
                }
            }
        }
    }
}
