// Two matrix-js-sdk clients: they register, log in, create a room, chat and sync. Argument: the server's base URL.
// Ends with the exit code 0 and the line "chat: ok" when each saw what the other did.

import assert from "node:assert/strict";
import { EventType, RoomEvent, RoomMemberEvent } from "matrix-js-sdk";

import { logIn, next, nextMessage, startSyncing } from "./support.js";

const baseUrl = process.argv[2];

const alice = await logIn(baseUrl, "js-alice");
const bob = await logIn(baseUrl, "js-bob");
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
