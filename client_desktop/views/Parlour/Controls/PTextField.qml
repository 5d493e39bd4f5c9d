import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// One line of input with its label above and its help or error below. `secret` hides what is typed.
FocusScope {
    id: field

    property alias text: input.text
    property alias placeholderText: input.placeholderText
    property alias readOnly: input.readOnly
    property alias maximumLength: input.maximumLength
    property alias validator: input.validator
    property alias inputMethodHints: input.inputMethodHints
    property alias input: input
    property string label: ""
    property string help: ""
    property string error: ""
    property string iconName: ""
    property bool secret: false
    property bool clearable: false
    property bool mono: false
    // Says what the field is for where no label is shown.
    property string accessibleName: label !== "" ? label : placeholderText

    signal accepted
    signal edited

    function selectAll() { input.selectAll(); }
    function clear() { input.clear(); }

    implicitWidth: Theme.px(280)
    implicitHeight: column.implicitHeight

    Column {
        id: column
        width: parent.width
        spacing: Theme.space4

        PText {
            visible: field.label !== ""
            text: field.label
            role: "small"
            muted: true
            font.weight: Theme.weightMedium
            width: parent.width
            Accessible.ignored: true
        }

        T.TextField {
            id: input

            property bool revealed: false

            width: parent.width
            implicitHeight: Theme.field
            focus: true
            leftPadding: mirrored ? trailing : leading
            rightPadding: mirrored ? leading : trailing
            readonly property bool mirrored: LayoutMirroring.enabled
            readonly property int leading: field.iconName === "" ? Theme.space12 : Theme.space12 + Theme.iconSize + Theme.space4
            readonly property int trailing: side.width > 0 ? side.width + Theme.space4 : Theme.space12
            color: Theme.text
            placeholderTextColor: Theme.textFaint
            selectionColor: Theme.selection
            selectedTextColor: Theme.text
            font.pixelSize: Theme.sizeBody
            font.family: field.mono ? Theme.mono : Theme.sans
            verticalAlignment: TextInput.AlignVCenter
            passwordCharacter: "•"
            echoMode: field.secret && !revealed ? TextInput.Password : TextInput.Normal
            inputMethodHints: field.secret ? Qt.ImhSensitiveData | Qt.ImhNoPredictiveText | Qt.ImhNoAutoUppercase : Qt.ImhNone
            selectByMouse: true
            hoverEnabled: true
            opacity: enabled ? 1 : 0.45
            onAccepted: field.accepted()
            onTextEdited: field.edited()
            Accessible.name: field.accessibleName
            Accessible.description: field.error !== "" ? field.error : field.help

            Text {
                anchors.fill: parent
                anchors.leftMargin: input.leading
                anchors.rightMargin: input.trailing
                visible: input.length === 0 && input.preeditText === ""
                text: input.placeholderText
                font: input.font
                color: input.placeholderTextColor
                elide: Text.ElideRight
                verticalAlignment: Text.AlignVCenter
                horizontalAlignment: Text.AlignLeft
                textFormat: Text.PlainText
                Accessible.ignored: true
            }

            background: Rectangle {
                radius: Theme.radiusMedium
                color: Theme.surface
                border {
                    width: input.activeFocus || field.error !== "" ? 2 : 1
                    color: field.error !== "" ? Theme.danger : input.activeFocus ? Theme.focus
                           : input.hovered ? Theme.controlBorder : Theme.floatBorder
                }
            }

            Icon {
                visible: field.iconName !== ""
                name: field.iconName
                size: Theme.px(18)
                anchors { left: parent.left; leftMargin: Theme.space12; verticalCenter: parent.verticalCenter }
            }

            Row {
                id: side
                anchors { right: parent.right; rightMargin: 3; verticalCenter: parent.verticalCenter }
                PIconButton {
                    visible: field.clearable && input.length > 0 && !input.readOnly
                    text: qsTrId("control.clear")
                    iconName: "x"
                    iconSize: Theme.iconSmall
                    focusPolicy: Qt.NoFocus
                    onClicked: { input.clear(); field.edited(); input.forceActiveFocus(); }
                }
                PIconButton {
                    visible: field.secret
                    text: input.revealed ? qsTrId("control.hidePassword") : qsTrId("control.showPassword")
                    iconName: input.revealed ? "eye-off" : "eye"
                    iconSize: Theme.px(18)
                    onClicked: input.revealed = !input.revealed
                }
            }
        }

        PText {
            visible: text !== ""
            text: field.error !== "" ? field.error : field.help
            role: "small"
            color: field.error !== "" ? Theme.danger : Theme.textMuted
            wrapMode: Text.Wrap
            width: parent.width
            Accessible.role: field.error !== "" ? Accessible.AlertMessage : Accessible.StaticText
        }
    }
}
