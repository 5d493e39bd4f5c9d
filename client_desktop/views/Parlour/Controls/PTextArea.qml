import QtQuick
import QtQuick.Templates as T
import Parlour.Theme

// Several lines of input that grow up to `maximumLines` and scroll then.
FocusScope {
    id: area

    property alias text: input.text
    property alias placeholderText: input.placeholderText
    property alias readOnly: input.readOnly
    property alias input: input
    property string label: ""
    property string help: ""
    property string error: ""
    property int minimumLines: 3
    property int maximumLines: 10
    property bool mono: false
    property bool framed: true
    property string accessibleName: label !== "" ? label : placeholderText

    implicitWidth: Theme.px(280)
    implicitHeight: column.implicitHeight

    Column {
        id: column
        width: parent.width
        spacing: Theme.space4

        PText {
            visible: area.label !== ""
            text: area.label
            role: "small"
            muted: true
            font.weight: Theme.weightMedium
            width: parent.width
            Accessible.ignored: true
        }

        Rectangle {
            width: parent.width
            implicitHeight: Math.min(Math.max(input.implicitHeight, lines(area.minimumLines)), lines(area.maximumLines))
            radius: Theme.radiusMedium
            color: area.framed ? Theme.surface : "transparent"
            border {
                width: !area.framed ? 0 : input.activeFocus || area.error !== "" ? 2 : 1
                color: area.error !== "" ? Theme.danger : input.activeFocus ? Theme.focus
                       : hover.hovered ? Theme.controlBorder : Theme.floatBorder
            }
            opacity: area.enabled ? 1 : 0.45

            function lines(count) {
                return Math.ceil(metrics.lineSpacing * count) + input.topPadding + input.bottomPadding;
            }

            FontMetrics { id: metrics; font: input.font }
            HoverHandler { id: hover }

            Flickable {
                id: flick
                anchors.fill: parent
                anchors.margins: 2
                contentWidth: width
                contentHeight: input.implicitHeight
                clip: true
                boundsBehavior: Flickable.StopAtBounds
                T.ScrollBar.vertical: PScrollBar {}

                function follow(rectangle) {
                    if (contentY > rectangle.y)
                        contentY = Math.max(0, rectangle.y - input.topPadding);
                    else if (contentY + height < rectangle.y + rectangle.height)
                        contentY = rectangle.y + rectangle.height - height + input.bottomPadding;
                }

                T.TextArea {
                    id: input
                    width: flick.width
                    height: Math.max(implicitHeight, flick.height)
                    implicitHeight: contentHeight + topPadding + bottomPadding
                    focus: true
                    leftPadding: Theme.space12 - 2
                    rightPadding: Theme.space12 - 2
                    topPadding: Theme.space8
                    bottomPadding: Theme.space8
                    color: Theme.text
                    placeholderTextColor: Theme.textFaint
                    selectionColor: Theme.selection
                    selectedTextColor: Theme.text
                    font.pixelSize: Theme.sizeBody
                    font.family: area.mono ? Theme.mono : Theme.sans
                    wrapMode: TextEdit.Wrap
                    textFormat: TextEdit.PlainText
                    selectByMouse: true
                    KeyNavigation.priority: KeyNavigation.BeforeItem
                    onCursorRectangleChanged: flick.follow(cursorRectangle)
                    Accessible.name: area.accessibleName
                    Accessible.description: area.error !== "" ? area.error : area.help

                    Text {
                        anchors { fill: parent; leftMargin: input.leftPadding; rightMargin: input.rightPadding; topMargin: input.topPadding }
                        visible: input.length === 0 && input.preeditText === ""
                        text: input.placeholderText
                        font: input.font
                        color: input.placeholderTextColor
                        elide: Text.ElideRight
                        horizontalAlignment: Text.AlignLeft
                        textFormat: Text.PlainText
                        Accessible.ignored: true
                    }
                }
            }
        }

        PText {
            visible: text !== ""
            text: area.error !== "" ? area.error : area.help
            role: "small"
            color: area.error !== "" ? Theme.danger : Theme.textMuted
            wrapMode: Text.Wrap
            width: parent.width
        }
    }
}
