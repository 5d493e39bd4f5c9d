import QtQuick
import QtQuick.Templates as T
import Parlour.Theme
import Parlour.Controls

// Reactions to a message, one chip each; a click gives one's own or takes it back.
Flow {
    id: reactions

    required property var row
    required property Item view

    signal moreRequested(Item item)

    spacing: Theme.px(6)
    topPadding: Theme.space4
    bottomPadding: Theme.space2

    Repeater {
        model: reactions.row.reactions
        T.AbstractButton {
            id: chip
            required property var modelData

            height: Theme.px(24)
            width: label.implicitWidth + Theme.px(20)
            enabled: reactions.row.canReact || modelData.mine
            focusPolicy: Qt.NoFocus
            hoverEnabled: true
            Accessible.role: Accessible.Button
            Accessible.name: Words.text("main.reaction.spoken", [modelData.key, modelData.who], modelData.count)
            onClicked: reactions.view.messages.react(reactions.row.key, modelData.key)
            background: Rectangle {
                radius: height / 2
                color: chip.modelData.mine ? Theme.accentSoft : chip.hovered ? Theme.hover : Theme.bg
                border { width: 1; color: chip.modelData.mine ? Theme.accent : Theme.border }
            }
            contentItem: Item {
                Row {
                    id: label
                    anchors.centerIn: parent
                    spacing: Theme.px(5)
                    Loader {
                        active: !!chip.modelData.imageUrl
                        visible: active
                        anchors.verticalCenter: parent.verticalCenter
                        sourceComponent: Image {
                            readonly property QtObject handle: app.media.picture(chip.modelData.imageUrl, 64)
                            source: handle?.url ?? ""
                            sourceSize: Qt.size(32, 32)
                            width: Theme.px(16)
                            height: width
                        }
                    }
                    Text {
                        visible: !chip.modelData.imageUrl
                        text: chip.modelData.key
                        font.pixelSize: Theme.px(12.5)
                        color: Theme.text
                        textFormat: Text.PlainText
                        elide: Text.ElideRight
                        width: Math.min(implicitWidth, Theme.px(160))
                        anchors.verticalCenter: parent.verticalCenter
                    }
                    PText {
                        text: chip.modelData.count
                        role: "small"
                        font.features: Theme.tabularFigures
                        font.weight: chip.modelData.mine ? Theme.weightMedium : Theme.weightRegular
                        color: chip.modelData.mine ? Theme.accent : Theme.textMuted
                        anchors.verticalCenter: parent.verticalCenter
                    }
                }
            }
            PTip { wanted: chip.hovered; text: chip.modelData.who }
        }
    }
    T.AbstractButton {
        id: more
        visible: reactions.row.canReact
        height: Theme.px(24)
        width: Theme.px(28)
        hoverEnabled: true
        focusPolicy: Qt.NoFocus
        Accessible.role: Accessible.Button
        Accessible.name: qsTrId("main.action.react")
        onClicked: reactions.moreRequested(more)
        background: Rectangle {
            radius: height / 2
            color: more.hovered ? Theme.hover : Theme.bg
            border { width: 1; color: Theme.border }
        }
        contentItem: Item { Icon { anchors.centerIn: parent; name: "plus"; size: Theme.px(13) } }
    }
}
