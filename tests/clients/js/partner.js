// Chats in an encrypted room with a user of another client. Arguments: the server's base URL, the other user's id.
// Prints "room: <id>" once the other user is invited; ends with the exit code 0 and the line "partner: ok" when each
// has read what the other wrote, "Hello from nheko" and "Hello from JavaScript".

import { MatrixEventEvent, RoomEvent } from "matrix-js-sdk";

import { logIn, next, startSyncing } from "./support.js";

const [baseUrl, other] = process.argv.slice(2);

const partner = await logIn(baseUrl, "js-partner");
await partner.initRustCrypto({ useIndexedDB: false });
try {
    await startSyncing(partner);
    await chat();
} finally {
    partner.stopClient();
}
console.log("partner: ok");
// Timers of the SDK would keep the process alive.
process.exit(0);

async function chat() {
    const { room_id: roomId } = await partner.createRoom({
        name: "Whispers",
        room_version: "10",
        invite: [other],
        initial_state: [
            { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } },
        ],
    });
    const heard = next(partner, MatrixEventEvent.Decrypted, (event) =>
        event.getSender() === other && event.getContent().body === "Hello from nheko");
    console.log(`room: ${roomId}`);
    await heard;
    const read = [];
    partner.on(RoomEvent.Receipt, (event) => read.push(JSON.stringify(event.getContent())));
    const { event_id: eventId } = await partner.sendTextMessage(roomId, "Hello from JavaScript");
    if (!read.some((content) => content.includes(eventId))) {
        await next(partner, RoomEvent.Receipt, (event) => JSON.stringify(event.getContent()).includes(eventId));
    }
}
