import QtQuick
import Parlour.Theme
import Parlour.Controls

// What happened to the room or to its people: one quiet line.
Item {
    id: line

    required property var row
    readonly property Item view: ListView.view?.view ?? null
    // Many people who come and go are one line, until somebody wants to see each of them.
    readonly property string run: row.folded ?? ""
    readonly property bool opened: run !== "" && (view?.openedRuns.includes(run) ?? false)
    readonly property bool folds: (row.foldText ?? "") !== ""
    readonly property bool unwanted: (run !== "" && !opened && !folds)
                                     || (row.aside === "join" && !(app.preferences?.showJoins ?? true))
                                     || (row.aside === "setup" && !(view?.unfolded ?? false))
                                     || (row.aside === "profile" && !(app.preferences?.showProfileChanges ?? false))

    visible: !unwanted
    width: ListView.view?.width ?? 0
    height: unwanted ? 0 : words.height + Theme.space8 + (action.visible ? action.height + Theme.space4 : 0)
    Accessible.role: Accessible.ListItem
    Accessible.name: words.text
    // Rows that are kept to be used again are not drawn, but would be read aloud.
    ListView.onPooled: opacity = 0
    ListView.onReused: opacity = 1

    Icon {
        name: line.row.kind === "membership" ? (line.folds && !line.opened ? "users" : "user") : line.row.kind === "verification" ? "shield-check" : line.row.kind === "unknown" ? "braces" : "info"
        size: Theme.px(14)
        opacity: 0.8
        x: line.LayoutMirroring.enabled ? line.width - (line.view?.inset ?? 0) - Math.round((Theme.avatarTimeline + width) / 2)
           : (line.view?.inset ?? 0) + Math.round((Theme.avatarTimeline - width) / 2)
        anchors { top: words.top; topMargin: Theme.px(3) }
    }
    PText {
        id: words
        text: line.folds && !line.opened ? line.row.foldText : line.row.text
        role: "small"
        muted: true
        wrapMode: Text.Wrap
        readonly property int indent: (line.view?.inset ?? 0) + Theme.avatarTimeline + Theme.space12
        x: line.LayoutMirroring.enabled ? line.width - indent - width : indent
        y: Theme.space4
        width: Math.min(implicitWidth, line.width - 2 * (line.view?.inset ?? 0) - Theme.avatarTimeline - Theme.space12 - (unfold.visible ? unfold.width + Theme.space8 : 0))
        Accessible.ignored: true
    }
    PLink {
        id: unfold
        objectName: "unfold"
        visible: line.row.aside === "created" || line.folds
        small: true
        text: line.folds ? (line.opened ? qsTrId("main.fold.less") : qsTrId("main.fold.more"))
                         : line.view?.unfolded ? qsTrId("main.created.less") : qsTrId("main.created.more")
        x: line.LayoutMirroring.enabled ? words.x - width - Theme.space8 : words.x + words.width + Theme.space8
        anchors.verticalCenter: words.verticalCenter
        onClicked: line.folds ? line.view.openRun(line.run, !line.opened) : line.view.unfolded = !line.view.unfolded
    }
    PButton {
        id: action
        visible: line.row.kind === "verification" && line.row.verificationId !== ""
        small: true
        text: qsTrId("main.verification.show")
        iconName: "shield-check"
        x: words.x
        anchors { top: words.bottom; topMargin: Theme.space4 }
        onClicked: app.openDialogWith("verification", { "verificationId": line.row.verificationId })
    }
    TapHandler {
        acceptedButtons: Qt.RightButton
        enabled: app.preferences?.developerTools ?? false
        onTapped: app.source.showEvent(app.room.roomId, line.row.eventId)
    }
}
