import QtQuick
import QtQuick.Dialogs
import QtCore
import Parlour.Controls
import Parlour.Theme
import "../login"

// A room's history as files.
PDialog {
    id: dialog

    property var args: ({})
    readonly property var it: app.dialogs.roomExport
    readonly property string step: it.step
    property string kind: "html"

    title: Words.text("dialogs.export_title", [it.roomName])
    description: step === "done" ? Words.text("dialogs.export_done", [it.path]) : ""
    onAboutToShow: it.begin(args.roomId)

    contentItem: Column {
        spacing: Theme.space12
        ErrorLine { width: parent.width; text: dialog.it.error }
        Column {
            visible: dialog.step === "choose"
            width: parent.width
            PRadioButton { objectName: "export-html"; width: parent.width; text: qsTrId("dialogs.export_html"); checked: dialog.kind === "html"; onClicked: dialog.kind = "html" }
            PRadioButton { objectName: "export-json"; width: parent.width; text: qsTrId("dialogs.export_json"); checked: dialog.kind === "json"; onClicked: dialog.kind = "json" }
            PCheckBox { id: files; width: parent.width; text: qsTrId("dialogs.export_media"); checked: true }
        }
        PProgress { visible: dialog.step === "working"; width: parent.width; indeterminate: true }
        PText { visible: dialog.step !== "choose"; text: Words.text("dialogs.export_progress", [], dialog.it.messages); muted: true; font.features: Theme.tabularFigures }
        PText { visible: dialog.step === "done" && !dialog.it.complete; text: qsTrId("dialogs.export_incomplete"); color: Theme.warning; width: parent.width; wrapMode: Text.Wrap }
    }
    FolderDialog {
        id: folder
        currentFolder: StandardPaths.writableLocation(StandardPaths.DocumentsLocation)
        onAccepted: dialog.it.startExport(selectedFolder, dialog.kind, files.checked)
    }
    actions: [
        PButton { visible: dialog.step !== "done"; text: qsTrId("dialogs.cancel"); onClicked: { dialog.it.cancel(); dialog.close(); } },
        PButton { objectName: "chooseFolder"; visible: dialog.step === "choose"; kind: "primary"; text: qsTrId("dialogs.export_folder"); onClicked: folder.open() },
        PButton { visible: dialog.step === "done"; text: qsTrId("dialogs.export_show"); onClicked: dialog.it.openFolder() },
        PButton { visible: dialog.step === "done"; kind: "primary"; text: qsTrId("dialogs.close"); onClicked: dialog.close() }
    ]
}
