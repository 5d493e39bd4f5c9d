pragma Singleton
import QtQuick

// Keys of each action, as client_shared/shortcuts.json has them for this platform.
QtObject {
    id: shortcuts

    readonly property bool mac: Qt.platform.os === "osx"
    readonly property var rows: ShortcutTable.rows.map(row => ({
        "action": row.action,
        "section": row.section,
        "keys": mac ? row.mac : row.keys
    }))

    // For `Shortcut { sequences: Shortcuts.keys("quickSwitcher") }`.
    function keys(action) {
        return _row(action).keys;
    }

    // What tooltips and menus show: "Ctrl K"; empty where the action has no keys.
    function label(action) {
        const its = keys(action);
        return its.length ? caps(its[0]).join(mac ? "" : " ") : "";
    }

    // One text per key, for drawing key caps.
    function caps(sequence) {
        const names = mac ? { "Ctrl": "⌘", "Meta": "⌃", "Alt": "⌥", "Shift": "⇧", "Return": "↩" }
                          : { "Return": "Enter" };
        const arrows = { "Up": "↑", "Down": "↓", "Left": "←", "Right": "→" };
        const plus = sequence.endsWith("++");
        const parts = (plus ? sequence.slice(0, -2) : sequence).split("+").concat(plus ? ["+"] : []);
        return parts.map(part => names[part] ?? arrows[part] ?? part);
    }

    function _row(action) {
        const row = rows.find(row => row.action === action);
        if (row === undefined)
            throw new Error("no such action in shortcuts.json: " + action);
        return row;
    }
}
