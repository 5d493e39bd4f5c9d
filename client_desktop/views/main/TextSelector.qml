import QtQuick
import Parlour.Theme

// What is selected of one text. It lies under the text, which is drawn by itself: only the ground is seen.
TextEdit {
    property Item like: null
    property string html: ""

    // In one block with the text's own distance of lines, so that lines fall onto lines.
    text: "<p style='margin:0;line-height:" + Math.round((like?.lineHeight ?? 1) * 100) + "%;white-space:pre-wrap'>" + html + "</p>"
    textFormat: TextEdit.RichText
    readOnly: true
    selectByMouse: false
    activeFocusOnPress: false
    font: like?.font ?? Qt.font({ "family": Theme.sans })
    wrapMode: like?.wrapMode ?? TextEdit.NoWrap
    horizontalAlignment: like?.horizontalAlignment ?? TextEdit.AlignLeft
    color: "transparent"
    selectionColor: Theme.selection
    selectedTextColor: "transparent"
    Accessible.ignored: true

    // Qt's own signs for lines and spaces are nobody's.
    function chosen() {
        return selectedText.replace(/[\u2028\u2029]/g, "\n").replace(/\u00a0/g, " ");
    }
}
