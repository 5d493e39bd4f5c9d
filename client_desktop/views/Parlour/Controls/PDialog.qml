import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// A narrow dialog: a title, what is inside it, and buttons at the end. Escape and a click beside it close it
// unless `busy`. Buttons go into `actions`, the most likely one last.
T.Dialog {
    id: control

    property bool busy: false
    property string description: ""
    property list<Item> actions
    property bool closable: true

    parent: T.Overlay.overlay
    anchors.centerIn: parent
    width: Math.min(Theme.dialogWidth, (parent?.width ?? 0) - 2 * Theme.space16)
    implicitHeight: Math.min(implicitContentHeight + topPadding + bottomPadding
                             + (header?.implicitHeight ?? 0) + (footer?.implicitHeight ?? 0),
                             (parent?.height ?? 0) - 2 * Theme.space16)
    leftPadding: Theme.space24
    rightPadding: Theme.space24
    topPadding: Theme.space4
    bottomPadding: Theme.space24
    modal: true
    focus: true
    dim: true
    popupType: T.Popup.Item
    closePolicy: busy || !closable ? T.Popup.NoAutoClose : T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside

    background: PFloat { radius: Theme.radiusLarge }

    header: Item {
        implicitHeight: heading.implicitHeight + Theme.space24 + Theme.space8
        Column {
            id: heading
            anchors { left: parent.left; right: shut.visible ? shut.left : parent.right; top: parent.top }
            anchors { leftMargin: Theme.space24; rightMargin: Theme.space16; topMargin: Theme.space24 }
            spacing: Theme.space4
            PText {
                text: control.title
                role: "title"
                width: parent.width
                wrapMode: Text.Wrap
                lineHeight: 1.1
                Accessible.role: Accessible.Heading
            }
            PText {
                visible: text !== ""
                text: control.description
                muted: true
                width: parent.width
                wrapMode: Text.Wrap
            }
        }
        PIconButton {
            id: shut
            visible: control.closable
            enabled: !control.busy
            text: qsTrId("control.close")
            iconName: "x"
            iconSize: Theme.px(18)
            anchors { right: parent.right; top: parent.top; margins: Theme.space16 }
            onClicked: control.reject()
        }
    }

    footer: Item {
        visible: control.actions.length > 0
        implicitHeight: visible ? buttons.implicitHeight + Theme.space24 : 0
        Flow {
            id: buttons
            anchors { left: parent.left; right: parent.right; top: parent.top; leftMargin: Theme.space24; rightMargin: Theme.space24 }
            spacing: Theme.space8
            layoutDirection: LayoutMirroring.enabled ? Qt.LeftToRight : Qt.RightToLeft
            children: [...control.actions].reverse()
        }
    }

    T.Overlay.modal: Rectangle { color: Theme.scrim }
    enter: Transition {
        NumberAnimation { property: "opacity"; from: 0; to: 1; duration: Theme.normalMs }
        NumberAnimation { property: "scale"; from: Theme.reducedMotion ? 1 : 0.98; to: 1; duration: Theme.normalMs; easing.type: Easing.BezierSpline; easing.bezierCurve: Theme.easing }
    }
    exit: Transition { NumberAnimation { property: "opacity"; from: 1; to: 0; duration: Theme.fastMs } }
}
