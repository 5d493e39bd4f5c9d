// Two matrix-js-sdk clients with Rust crypto, one on /sync and one on sliding sync: they write to each other in an
// encrypted room. Argument: the server's base URL. Ends with the exit code 0 and the line "sliding: ok".

import assert from "node:assert/strict";
import { ClientEvent, MatrixEventEvent, RoomEvent, RoomMemberEvent } from "matrix-js-sdk";

import { logIn, next, startSyncing } from "./support.js";
import { slidingSync } from "./transports.js";

const baseUrl = process.argv[2];

const alice = await logIn(baseUrl, "js-classic");
const bob = await logIn(baseUrl, "js-sliding");
for (const client of [alice, bob]) {
    await client.initRustCrypto({ useIndexedDB: false });
}
try {
    await startSyncing(alice);
    await startSyncing(bob, { slidingSync: slidingSync(baseUrl, bob) });
    await chat();
} finally {
    alice.stopClient();
    bob.stopClient();
}
console.log("sliding: ok");
// Timers of the SDK would keep the process alive.
process.exit(0);

async function chat() {
    const invited = next(bob, ClientEvent.Room, (room) => room.getMyMembership() === "invite");
    const { room_id: roomId } = await alice.createRoom({
        name: "Slippery",
        invite: [bob.getUserId()],
        initial_state: [
            { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } },
        ],
    });
    assert.equal((await invited).roomId, roomId);

    const joined = next(alice, RoomMemberEvent.Membership, (_event, member) =>
        member.userId === bob.getUserId() && member.membership === "join");
    const entered = next(bob, RoomEvent.MyMembership, (_room, membership) => membership === "join");
    await bob.joinRoom(roomId);
    await joined;
    await entered;

    const heardByBob = nextDecrypted(bob, roomId, "Hello from /sync");
    await alice.sendTextMessage(roomId, "Hello from /sync");
    assert.ok((await heardByBob).isEncrypted());

    const heardByAlice = nextDecrypted(alice, roomId, "Hello from sliding sync");
    await bob.sendTextMessage(roomId, "Hello from sliding sync");
    const answer = await heardByAlice;
    assert.ok(answer.isEncrypted());

    const typing = next(bob, RoomMemberEvent.Typing, (_event, member) => member.userId === alice.getUserId());
    await alice.sendTyping(roomId, true, 5_000);
    await typing;

    const read = next(bob, RoomEvent.Receipt, (event) => JSON.stringify(event.getContent()).includes(answer.getId()));
    await alice.sendReadReceipt(answer);
    await read;

    const stored = next(bob, ClientEvent.AccountData, (event) => event.getType() === "org.example.setting");
    await bob.setAccountDataRaw("org.example.setting", { on: true });
    await stored;

    assert.equal(bob.getRoom(roomId).name, "Slippery");
    assert.equal(bob.getRoom(roomId).getJoinedMemberCount(), 2);
}

/** Wait for an encrypted message that a client could read. */
function nextDecrypted(client, roomId, body) {
    return next(client, MatrixEventEvent.Decrypted, (event) =>
        event.getRoomId() === roomId && event.getContent().body === body);
}
