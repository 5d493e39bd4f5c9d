import QtQuick
import QtQuick.Controls.impl
import Parlour.Theme

// A Lucide icon by its name, tinted. Arrows turn round where text runs from right to left.
IconImage {
    id: icon

    property int size: Theme.iconSize
    property bool directional: /^(arrow|chevron)-(left|right)$|^(reply|forward|send|log-in|log-out|undo-2|corner-down-left|list|text-quote|panel-right|external-link|door-open)$/.test(name)
    required name

    source: name === "" ? "" : Theme.icon(name)
    sourceSize: Qt.size(size, size)
    width: size
    height: size
    color: Theme.textMuted
    mirror: directional && LayoutMirroring.enabled
    fillMode: Image.PreserveAspectFit
    Accessible.ignored: true
}
