// One matrix-js-sdk client with its Rust crypto that does what it is told: a JSON command on each line of its input,
// `{"do": NAME, ...}`, is answered by a JSON line of its output, `{"ok": RESULT}` or `{"error": TEXT}`.
// Argument: the server's base URL.

import { createInterface } from "node:readline";
import { Attachment, EncryptedAttachment, OlmMachine } from "../../clients/js/node_modules/@matrix-org/matrix-sdk-crypto-wasm/index.mjs";
import { QUIET, logInAgain, register, startSyncing, until } from "../../clients/js/support.js";
import { createClient, verificationCommands } from "./verification_commands.mjs";

const baseUrl = process.argv[2];

// The SDK waits up to ten seconds, by chance, before it saves keys: here hardly at all.
const chance = Math.random;
Math.random = () => chance() / 100;
// What the SDK has to say belongs to the other stream.
console.log = console.info = console.debug = console.warn = console.error;

const keys = { ofStorage: undefined };
let client;

const commands = {
    /** Register an account, unless `again`, and sign in as a new device of it; or be the device of `session`. */
    async logIn({ username, again, session }) {
        if (!again && !session) await register(baseUrl, username);
        const options = {
            logger: QUIET,
            cryptoCallbacks: {
                getSecretStorageKey: async ({ keys: described }) =>
                    keys.ofStorage && [Object.keys(described)[0], keys.ofStorage],
                cacheSecretStorageKey: (_id, _description, key) => (keys.ofStorage = key),
            },
        };
        client = session
            ? createClient({ baseUrl, ...session, ...options })
            : await logInAgain(baseUrl, username, options);
        await client.initRustCrypto({ useIndexedDB: false });
        await startSyncing(client, { initialSyncLimit: 50 });
        return { userId: client.getUserId(), deviceId: client.getDeviceId() };
    },

    async makeIdentity() {
        await client.getCrypto().bootstrapCrossSigning({
            authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
        });
    },

    async createRoom({ invite = [], encrypted = true, ...options }) {
        const { room_id: roomId } = await client.createRoom({
            preset: "private_chat",
            invite,
            initial_state: encrypted
                ? [{ type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } }]
                : [],
            ...options,
        });
        await until("the room is there", async () => client.getRoom(roomId) !== null);
        return roomId;
    },

    /** Accept an invite, and the history that came with it. */
    async join({ roomId }) {
        await until("the invite is there", async () => client.getRoom(roomId)?.getMyMembership() === "invite");
        await client.joinRoom(roomId, { acceptSharedHistory: true });
        await until("the room is there", async () => client.getRoom(roomId)?.getMyMembership() === "join");
    },

    /** Accept the next invite, whatever room it is to; return the room's id. */
    async joinWherever() {
        const invited = () => client.getRooms().find((room) => room.getMyMembership() === "invite");
        await until("an invite is there", async () => invited() !== undefined);
        const { roomId } = invited();
        await commands.join({ roomId });
        return roomId;
    },

    async invite({ roomId, userId, shareEncryptedHistory = false }) {
        await client.invite(roomId, userId, { shareEncryptedHistory });
    },

    async waitForMember({ roomId, userId, membership }) {
        await until(`${userId} is ${membership}`, async () =>
            client.getRoom(roomId)?.getMember(userId)?.membership === membership);
    },

    async send({ roomId, content, type = "m.room.message" }) {
        return (await client.sendEvent(roomId, type, content)).event_id;
    },

    /** Wait until a message can be read; return its event's content, sender and shield. */
    async read({ roomId, body }) {
        let found;
        await until(`"${body}" is readable`, async () => {
            const events = client.getRoom(roomId)?.getLiveTimeline().getEvents() ?? [];
            for (const event of events) await client.decryptEventIfNeeded(event);
            return (found = events.find((event) => event.getContent().body === body));
        });
        const info = await client.getCrypto().getEncryptionInfoForEvent(found);
        return {
            content: found.getContent(),
            sender: found.getSender(),
            encrypted: found.isEncrypted(),
            eventId: found.getId(),
            shield: info?.shieldColour,
            reason: info?.shieldReason,
        };
    },

    /** Wait until somebody has reacted to an event with this key. */
    async waitForReaction({ roomId, eventId, key }) {
        await until(`there is ${key}`, async () =>
            client.getRoom(roomId).relations.getChildEventsForEvent(eventId, "m.annotation", "m.reaction")
                ?.getSortedAnnotationsByKey()?.some(([each]) => each === key));
    },

    /** Wait until an event could not be decrypted; return the SDK's code for why. */
    async failure({ roomId, eventId }) {
        let event;
        await until(`${eventId} cannot be read`, async () => {
            event = client.getRoom(roomId)?.findEventById(eventId);
            return event?.isDecryptionFailure();
        });
        return event.decryptionFailureReason;
    },

    async sendFile({ roomId, text, body }) {
        const encrypted = Attachment.encrypt(new TextEncoder().encode(text));
        const { content_uri: url } = await client.uploadContent(new Blob([encrypted.encryptedData]), {
            type: "application/octet-stream",
            includeFilename: false,
        });
        const file = { ...JSON.parse(encrypted.mediaEncryptionInfo), url };
        return (await client.sendMessage(roomId, { msgtype: "m.file", body, file })).event_id;
    },

    async readFile({ file }) {
        const response = await fetch(client.mxcUrlToHttp(file.url, undefined, undefined, undefined, false, true, true), {
            headers: { Authorization: `Bearer ${client.getAccessToken()}` },
        });
        const data = new Uint8Array(await response.arrayBuffer());
        return new TextDecoder().decode(Attachment.decrypt(new EncryptedAttachment(data, JSON.stringify(file))));
    },

    /** Write every room key into the text of a key file. */
    async exportKeys({ passphrase }) {
        const json = await client.getCrypto().exportRoomKeysAsJson();
        return OlmMachine.encryptExportedRoomKeys(json, passphrase, 1_000);
    },

    /** Read the text of a key file; return how many keys it holds. */
    async importKeys({ text, passphrase }) {
        const json = OlmMachine.decryptExportedRoomKeys(text, passphrase);
        await client.getCrypto().importRoomKeysAsJson(json);
        return JSON.parse(json).length;
    },

    async knowsDevice({ userId, deviceId }) {
        const devices = await client.getCrypto().getUserDeviceInfo([userId], true);
        return devices.get(userId)?.has(deviceId) ?? false;
    },

    /** Give keys to verified devices alone, or to all. */
    async writeToVerifiedOnly({ on }) {
        client.getCrypto().globalBlacklistUnverifiedDevices = on;
    },

    async discardSession({ roomId }) {
        await client.getCrypto().forceDiscardSession(roomId);
    },
};

Object.assign(commands, verificationCommands(() => client, keys));

for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    let answer;
    try {
        answer = { ok: (await commands[command.do](command)) ?? null };
    } catch (error) {
        answer = { error: String(error.stack ?? error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
}
client?.stopClient();
// Timers of the SDK would keep the process alive.
process.exit(0);
