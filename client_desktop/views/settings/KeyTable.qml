import QtQuick
import Parlour.Controls
import Parlour.Theme

// Every action with its keys, by section; `filter` leaves those whose name contains it.
Column {
    id: table

    property string filter: ""
    readonly property var sections: {
        const wanted = filter.trim().toLocaleLowerCase();
        const found = [];
        for (const row of Shortcuts.rows) {
            if (row.keys.length === 0 || (wanted !== "" && !name(row.action).toLocaleLowerCase().includes(wanted)))
                continue;
            let section = found.find(each => each.section === row.section);
            if (section === undefined)
                found.push(section = { "section": row.section, "rows": [] });
            section.rows.push(row);
        }
        return found;
    }

    function name(action) {
        return qsTrId("shortcut." + action);
    }

    spacing: Theme.space24

    Repeater {
        model: table.sections
        Group {
            id: group
            required property var modelData
            title: qsTrId("shortcut.section." + modelData.section)
            width: table.width
            gap: Theme.space8
            Repeater {
                model: group.modelData.rows
                SettingRow {
                    required property var modelData
                    implicitHeight: Theme.px(28)
                    title: table.name(modelData.action)
                    Accessible.role: Accessible.ListItem
                    Accessible.name: title + ": " + modelData.keys.map(each => Shortcuts.caps(each).join(" ")).join(", ")
                    Repeater {
                        model: parent.parent.modelData.keys
                        PKeyCaps { required property string modelData; sequence: modelData; anchors.verticalCenter: parent?.verticalCenter }
                    }
                }
            }
        }
    }
    PText {
        visible: table.sections.length === 0
        text: qsTrId("dialogs.shortcuts_none")
        muted: true
        width: parent.width
        wrapMode: Text.Wrap
    }
}
