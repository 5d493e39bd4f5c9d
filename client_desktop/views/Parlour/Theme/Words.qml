pragma Singleton
import QtQuick

// Texts with placeholders, filled in one go: unlike a chain of .arg(), a name that contains "%1" stays a name.
QtObject {
    // text("room.joined", [name]); text("room.members", [], count)
    function text(id, args, n) {
        const found = n === undefined ? qsTrId(id) : qsTrId(id, n);
        return found.replace(/%(\d)/g, (match, digit) => args?.[digit - 1] ?? match);
    }
}
