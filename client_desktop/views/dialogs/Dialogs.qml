import QtQuick
import QtQuick.Window

// Shows the dialogs that anybody asks for by `app.openDialog`, one at a time, and questions of the server above.
Item {
    id: root

    readonly property var files: ({
        "newDirect": "NewDirectDialog.qml",
        "createRoom": "CreateRoomDialog.qml",
        "createSpace": "CreateRoomDialog.qml",
        "explore": "ExploreSheet.qml",
        "spaceHome": "SpaceHomeSheet.qml",
        "addRooms": "AddRoomsDialog.qml",
        "invite": "InviteDialog.qml",
        "roomSettings": "RoomSettingsSheet.qml",
        "leaveRoom": "LeaveRoomDialog.qml",
        "export": "ExportDialog.qml",
        "person": "PersonDialog.qml",
        "report": "ReportDialog.qml",
        "ignore": "IgnoreDialog.qml",
        "removeMember": "RemoveMemberDialog.qml",
        "accounts": "AccountsDialog.qml",
        "signOut": "SignOutDialog.qml",
        "signedOut": "SignedOutDialog.qml",
        "storeBroken": "StoreBrokenDialog.qml",
        "shortcuts": "ShortcutsDialog.qml",
        "verifyDevice": "VerifyDeviceDialog.qml",
        "verification": "VerificationDialog.qml",
        "setUpRecovery": "SetUpRecoveryDialog.qml",
        "recover": "RecoverDialog.qml",
        "resetIdentity": "ResetIdentityDialog.qml",
        "letIn": "LetInDialog.qml"
    })
    readonly property alias current: loader.item
    property string name: ""
    property var last: null
    // What is open is about the account that was shown.
    readonly property string account: app.session.userId

    onAccountChanged: loader.item?.close()

    // Open a dialog; one that is open goes, for two at a time are one too many.
    function show(name, args) {
        if (files[name] === undefined) // one of the main view's
            return;
        last = root.Window.activeFocusItem;
        loader.setSource("");
        root.name = name;
        loader.setSource(files[name], { "args": Object.assign({ "name": name }, args ?? {}) });
    }

    function closed() {
        loader.setSource("");
        name = "";
        last?.forceActiveFocus();
    }

    // Somebody has just signed in: as soon as it is known how encryption stands, what is missing is offered once.
    property bool fresh: false
    function offer() {
        if (!fresh || !app.encryption.known || app.page !== "main")
            return;
        fresh = false;
        if (name !== "") // a dialog that is open is not taken away, least of all the one that shows a key
            return;
        if (app.encryption.banner === "verify")
            show("verifyDevice", {});
        else if (app.encryption.banner === "set_up")
            show("setUpRecovery", {});
    }

    Loader {
        id: loader
        onLoaded: {
            item.closed.connect(() => Qt.callLater(gone, item));
            item.open();
        }
        // The one that closed may have opened another already.
        function gone(which) {
            if (which === item)
                root.closed();
        }
    }

    ProofDialog { id: proof }

    // Accounts that cannot be opened, one after the other.
    function tellBroken() {
        if (name === "" && app.accounts.broken.length > 0)
            show("storeBroken", app.accounts.broken[0]);
    }
    Component.onCompleted: tellBroken()

    Connections {
        target: app
        function onDialogRequested(name, args) { root.show(name, args); }
        function onPageChanged() { root.offer(); }
    }
    Connections {
        target: app.login
        function onSignedIn() { root.fresh = true; }
    }
    Connections {
        target: app.accounts
        function onChanged() { root.tellBroken(); }
        function onSignedOut(userId, soft) {
            if (soft) {
                app.login.continueAccount(userId);
                app.show("welcome");
            } else {
                root.show("signedOut", { "userId": userId });
            }
        }
    }
    Connections {
        target: app.encryption
        function onChanged() { root.offer(); }
    }
    Connections {
        target: app.dialogs.verification
        function onAsked() {
            if (root.name !== "verification")
                root.show("verification", {});
        }
    }
}
