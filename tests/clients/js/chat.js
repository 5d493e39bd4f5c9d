// Two matrix-js-sdk clients: they register, log in, create a room, chat and sync. Argument: the server's base URL.
// Ends with the exit code 0 and the line "chat: ok" when each saw what the other did.

import assert from "node:assert/strict";
import { ClientEvent, EventType, RoomEvent, RoomMemberEvent, SyncState, createClient } from "matrix-js-sdk";

const PASSWORD = "correct horse battery staple";
const LIMIT_MS = 30_000;
const baseUrl = process.argv[2];

const alice = await logIn("js-alice");
const bob = await logIn("js-bob");
try {
    await startSyncing(alice);
    await startSyncing(bob);
    await chat();
} finally {
    alice.stopClient();
    bob.stopClient();
}
await alice.logout(true);
await assert.rejects(alice.whoami(), (error) => error.errcode === "M_UNKNOWN_TOKEN");
console.log("chat: ok");
// Timers of the SDK would keep the process alive.
process.exit(0);

async function chat() {
    const invited = next(bob, RoomMemberEvent.Membership, (_event, member) => member.membership === "invite");
    const { room_id: roomId } = await alice.createRoom({
        name: "From JavaScript",
        invite: [bob.getUserId()],
        preset: "private_chat",
    });
    await invited;
    await bob.joinRoom(roomId);

    const heardByAlice = nextMessage(alice, roomId, "Hello Alice");
    const { event_id: helloId } = await bob.sendTextMessage(roomId, "Hello Alice");
    assert.equal((await heardByAlice).getId(), helloId);

    const heardByBob = nextMessage(bob, roomId, "Hello Bob");
    await alice.sendMessage(roomId, {
        "msgtype": "m.text",
        "body": "Hello Bob",
        "m.relates_to": { "m.in_reply_to": { event_id: helloId } },
    });
    assert.equal((await heardByBob).replyEventId, helloId);

    const typing = next(bob, RoomMemberEvent.Typing, (_event, member) => member.userId === alice.getUserId());
    await alice.sendTyping(roomId, true, 5_000);
    await typing;

    const read = next(bob, RoomEvent.Receipt, (event) => JSON.stringify(event.getContent()).includes(helloId));
    await alice.sendReadReceipt(alice.getRoom(roomId).findEventById(helloId));
    await read;

    const redacted = next(alice, RoomEvent.Redaction, (event) => event.getAssociatedId() === helloId);
    await bob.redactEvent(roomId, helloId);
    await redacted;

    assert.equal(alice.getRoom(roomId).name, "From JavaScript");
    assert.equal(alice.getRoom(roomId).getJoinedMemberCount(), 2);
    const history = await alice.createMessagesRequest(roomId, null, 50, "b");
    assert.ok(history.chunk.some((event) => event.type === EventType.RoomCreate));
}

/** Register an account, then log in to it as a second device, and return that device's client. */
async function logIn(username) {
    const registering = createClient({ baseUrl });
    await registering.registerRequest({ username, password: PASSWORD, auth: { type: "m.login.dummy" } });
    const login = await registering.loginRequest({
        type: "m.login.password",
        identifier: { type: "m.id.user", user: username },
        password: PASSWORD,
    });
    return createClient({
        baseUrl,
        accessToken: login.access_token,
        userId: login.user_id,
        deviceId: login.device_id,
    });
}

async function startSyncing(client) {
    const prepared = next(client, ClientEvent.Sync, (state) => state === SyncState.Prepared);
    await client.startClient({ initialSyncLimit: 10 });
    await prepared;
}

function nextMessage(client, roomId, body) {
    return next(client, RoomEvent.Timeline, (event, room, toStartOfTimeline) =>
        !toStartOfTimeline && room?.roomId === roomId && event.getContent().body === body);
}

/** Wait for the first event of a client that `wanted` accepts, and return its first argument. */
function next(client, name, wanted) {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${name} within ${LIMIT_MS} ms`)), LIMIT_MS);
        client.on(name, function listener(...details) {
            if (!wanted(...details)) return;
            clearTimeout(timer);
            client.off(name, listener);
            resolve(details[0]);
        });
    });
}
