import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// A question with answers to choose from; a click votes at once.
Item {
    id: content

    property var row: ({})
    property Item view: null
    readonly property var poll: row.poll ?? ({ "answers": [], "mine": [], "question": "", "status": "" })

    width: parent?.width ?? 0
    implicitHeight: card.height

    function choose(id) {
        let mine = [...poll.mine];
        if (mine.includes(id))
            mine = mine.filter(answer => answer !== id);
        else if (poll.maxSelections > 1)
            mine = [...mine, id].slice(-poll.maxSelections);
        else
            mine = [id];
        view.messages.vote(row.key, mine);
    }

    Rectangle {
        id: card
        anchors.left: parent.left
        width: Math.min(content.width, Theme.px(460))
        height: column.height + 2 * Theme.space16
        radius: Theme.radiusMedium
        color: Theme.bg
        border { width: 1; color: Theme.border }

        Column {
            id: column
            x: Theme.space16
            y: Theme.space16
            width: parent.width - 2 * Theme.space16
            spacing: Theme.space8

            Row {
                width: parent.width
                spacing: Theme.space8
                Icon { id: mark; name: "chart-bar-big"; size: Theme.px(18) }
                PText {
                    text: content.poll.question
                    strong: true
                    wrapMode: Text.Wrap
                    width: parent.width - mark.width - Theme.space8
                }
            }
            Repeater {
                model: content.poll.answers
                T.AbstractButton {
                    id: answer
                    required property var modelData
                    width: column.width
                    height: Math.max(Theme.hitTarget, words.implicitHeight + Theme.space12)
                    enabled: !content.poll.ended && (content.row.eventId ?? "") !== ""
                    hoverEnabled: true
                    focusPolicy: Qt.StrongFocus
                    Accessible.role: content.poll.maxSelections > 1 ? Accessible.CheckBox : Accessible.RadioButton
                    Accessible.name: modelData.text + (modelData.votesText ? ", " + modelData.votesText : "")
                    Accessible.checked: modelData.mine
                    onClicked: content.choose(modelData.answerId)
                    background: Rectangle {
                        radius: Theme.radiusSmall
                        color: answer.hovered && answer.enabled ? Theme.hover : Theme.surface
                        border { width: 1; color: answer.modelData.mine ? Theme.accent : Theme.border }
                        Rectangle {
                            x: 1
                            y: 1
                            height: parent.height - 2
                            width: Math.max(0, (parent.width - 2) * answer.modelData.share)
                            radius: Theme.radiusSmall - 1
                            color: Theme.accentSoft
                            Behavior on width { NumberAnimation { duration: Theme.normalMs } }
                        }
                        PFocusRing { control: answer }
                    }
                    contentItem: Item {
                        Icon {
                            id: tick
                            name: answer.modelData.winner ? "trophy" : answer.modelData.mine ? "circle-check" : "circle"
                            size: Theme.px(18)
                            color: answer.modelData.mine || answer.modelData.winner ? Theme.accent : Theme.textMuted
                            anchors { left: parent.left; leftMargin: Theme.space8; verticalCenter: parent.verticalCenter }
                        }
                        PText {
                            id: words
                            text: answer.modelData.text
                            wrapMode: Text.Wrap
                            lineHeight: 1.1
                            anchors { left: tick.right; leftMargin: Theme.space8; right: votes.left; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
                            Accessible.ignored: true
                        }
                        PText {
                            id: votes
                            text: answer.modelData.votesText
                            role: "small"
                            muted: true
                            font.features: Theme.tabularFigures
                            anchors { right: parent.right; rightMargin: Theme.space8; verticalCenter: parent.verticalCenter }
                            Accessible.ignored: true
                        }
                    }
                }
            }
            Item {
                width: parent.width
                height: Theme.px(24)
                PText {
                    text: content.poll.status
                    role: "small"
                    muted: true
                    anchors { left: parent.left; right: end.left; verticalCenter: parent.verticalCenter }
                }
                PButton {
                    id: end
                    visible: content.poll.canEnd === true && !content.poll.ended
                    kind: "quiet"
                    small: true
                    text: qsTrId("main.poll.end")
                    anchors { right: parent.right; verticalCenter: parent.verticalCenter }
                    onClicked: content.view.messages.endPoll(content.row.key)
                }
            }
        }
    }
}
