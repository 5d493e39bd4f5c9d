import QtQuick

// Selecting a message's words with the mouse, over all its paragraphs. A click follows what was clicked.
MouseArea {
    id: area

    required property Item about
    required property Item timeline
    property var parts: []
    property var begun: null
    property var click: null
    readonly property bool selecting: parts.length > 0

    acceptedButtons: Qt.LeftButton
    preventStealing: true

    onPressed: mouse => {
        if (mouse.source !== Qt.MouseEventNotSynthesized) { // a finger scrolls
            mouse.accepted = false;
            return;
        }
        timeline.takeTextSelection(null);
        click = { "x": mouse.x, "y": mouse.y };
    }
    onPositionChanged: mouse => {
        if (!selecting && Math.abs(mouse.x - click.x) + Math.abs(mouse.y - click.y) > 4)
            begin(click.x, click.y);
        if (selecting)
            extend(locate(mouse.x, mouse.y));
    }
    onClicked: mouse => {
        const part = partAt(mouse.x, mouse.y);
        if (!selecting && part !== null && part.follow !== undefined) {
            const at = area.mapToItem(part, mouse.x, mouse.y);
            part.follow(at.x, at.y);
        }
    }
    onDoubleClicked: mouse => {
        begin(mouse.x, mouse.y);
        const at = locate(mouse.x, mouse.y);
        if (at !== null) {
            at.part.editor.cursorPosition = at.position;
            at.part.editor.selectWord();
        }
    }

    function begin(x, y) {
        parts = selectables(about);
        for (const part of parts)
            part.selecting = true;
        begun = locate(x, y);
        timeline.takeTextSelection(area);
    }
    function extend(end) {
        if (begun === null || end === null)
            return;
        const turned = end.index < begun.index || end.index === begun.index && end.position < begun.position;
        const [first, last] = turned ? [end, begun] : [begun, end];
        parts.forEach((part, index) => {
            if (index < first.index || index > last.index)
                part.editor.deselect();
            else
                part.editor.select(index === first.index ? first.position : 0, index === last.index ? last.position : part.editor.length);
        });
    }
    function text() {
        return parts.map(part => part.editor?.chosen() ?? "").filter(words => words !== "").join("\n");
    }
    function clear() {
        for (const part of parts)
            part.selecting = false;
        parts = [];
        begun = null;
    }

    // Everything inside that can be selected, from above to below.
    function selectables(item) {
        let found = [];
        for (const child of item.children) {
            if (!child.visible)
                continue;
            if (child.selectable === true)
                found.push(child);
            else
                found = found.concat(selectables(child));
        }
        return found;
    }
    function partAt(x, y) {
        return nearest(selectables(about), y);
    }
    function nearest(among, y) {
        let best = null, distance = Infinity;
        for (const part of among) {
            const top = part.mapToItem(area, 0, 0).y;
            const away = Math.max(0, top - y, y - top - part.height);
            if (away < distance)
                [best, distance] = [part, away];
        }
        return best;
    }
    function locate(x, y) {
        const part = nearest(parts, y);
        if (part === null || part.editor === null)
            return null;
        const at = area.mapToItem(part.editor, x, y);
        return { "part": part, "index": parts.indexOf(part), "position": part.editor.positionAt(at.x, at.y) };
    }
}
