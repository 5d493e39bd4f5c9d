import QtQuick
import Parlour.Controls
import Parlour.Theme

// Somebody in a list.
PListRow {
    id: row

    property var person: ({})
    property string note: ""

    text: person.name ?? ""
    detail: note !== "" ? note : person.name === person.userId ? "" : (person.userId ?? "")
    leading: Component { PAvatar { name: row.person.name ?? ""; identifier: row.person.userId ?? ""; source: row.person.avatarUrl ?? ""; size: Theme.px(36) } }
}
