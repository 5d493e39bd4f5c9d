import QtQuick
import Parlour.Controls
import Parlour.Theme
import "../login"

// Telling those who run the server.
PDialog {
    id: dialog

    property var args: ({})
    readonly property var report: app.dialogs.report
    property string reason: ""

    title: report.kind === "message" ? qsTrId("dialogs.report_message_title")
           : report.kind === "room" ? qsTrId("dialogs.report_room_title") : Words.text("dialogs.report_user_title", [report.name])
    description: qsTrId("dialogs.report_text")
    busy: report.busy
    onAboutToShow: report.begin(args.roomId ?? "", args.eventId ?? "", args.userId ?? "")

    Connections {
        target: dialog.report
        function onDone() { dialog.close(); app.notice(qsTrId("dialogs.report_done"), "info"); }
    }

    contentItem: Column {
        spacing: Theme.space12
        ErrorLine { width: parent.width; text: dialog.report.error }
        Column {
            width: parent.width
            spacing: 0
            Repeater {
                model: ["spam", "abuse", "illegal", "other"]
                PRadioButton {
                    required property string modelData
                    objectName: "reason-" + modelData
                    width: parent.width
                    text: qsTrId("dialogs.report_" + modelData)
                    checked: dialog.reason === modelData
                    onClicked: dialog.reason = modelData
                }
            }
        }
        PTextArea { id: details; width: parent.width; label: qsTrId("dialogs.report_details"); minimumLines: 2; maximumLines: 5 }
        PCheckBox { id: ignore; visible: (dialog.args.userId ?? "") !== ""; width: parent.width; text: qsTrId("dialogs.report_ignore") }
    }
    actions: [
        PButton { text: qsTrId("dialogs.cancel"); onClicked: dialog.close() },
        PButton {
            objectName: "submitReport"
            kind: "danger"
            busy: dialog.busy
            enabled: dialog.reason !== ""
            text: qsTrId("dialogs.report_submit")
            onClicked: dialog.report.submit([qsTrId("dialogs.report_" + dialog.reason), details.text.trim()].filter(each => each !== "").join(": "), ignore.checked)
        }
    ]
}
