import QtQuick
import QtQuick.Dialogs
import QtCore

// Asks where to keep a file, fetches it, copies it there.
Item {
    id: saver

    property QtObject handle: null
    property string name: ""
    property string target: ""

    function open() {
        dialog.open();
    }
    function finish() {
        if (target !== "" && handle?.url) {
            app.viewer.save(handle, target);
            target = "";
        }
    }

    FileDialog {
        id: dialog
        fileMode: FileDialog.SaveFile
        currentFolder: StandardPaths.writableLocation(StandardPaths.DownloadLocation)
        selectedFile: currentFolder + "/" + encodeURIComponent(saver.name)
        onAccepted: {
            saver.target = selectedFile.toString();
            saver.handle.load();
            saver.finish();
        }
    }
    Connections {
        target: saver.handle
        function onChanged() { saver.finish(); }
    }
}
