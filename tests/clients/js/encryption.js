// Everything that encryption needs of a server, with matrix-js-sdk and its Rust crypto: identities, a recovery key,
// messages and files, comparing emoji, the backup of keys, new devices that read what was written before them.
// Arguments: the server's base URL; "sync", "sliding" or "websocket". Ends with the exit code 0 and "encryption: ok".

import assert from "node:assert/strict";
import { Attachment, EncryptedAttachment } from "@matrix-org/matrix-sdk-crypto-wasm";
import { ClientEvent, MatrixEventEvent, RoomEvent, RoomMemberEvent } from "matrix-js-sdk";
import { CryptoEvent, VerificationPhase, VerificationRequestEvent, VerifierEvent } from "matrix-js-sdk/lib/crypto-api/index.js";

import { QUIET, logInAgain, next, register, startSyncing, until } from "./support.js";
import { transport } from "./transports.js";

const [baseUrl, transportName] = process.argv.slice(2);
const FILE = new TextEncoder().encode("a file, as its sender has it");
const devices = [];

// The SDK waits up to ten seconds, by chance, before it saves keys: here hardly at all.
const chance = Math.random;
Math.random = () => chance() / 100;

for (const username of ["js-alice", "js-bob"]) {
    await register(baseUrl, `${username}-${transportName}`);
}
try {
    await useEncryption();
} finally {
    for (const device of devices) device.stopClient();
}
console.log("encryption: ok");
// Timers of the SDK would keep the process alive.
process.exit(0);

async function useEncryption() {
    const alice = await newDevice("js-alice");
    const bob = await newDevice("js-bob");
    await makeIdentity(bob);
    await makeIdentity(alice);
    const recoveryKey = await makeRecoveryKey(alice);
    const roomId = await meet(alice, bob);

    await say(alice, [bob], roomId, "Hello Bob");
    const fromBob = await say(bob, [alice], roomId, "Hello Alice");
    await sendFile(alice, bob, roomId);
    await compareEmoji(bob, () => alice.getCrypto().requestVerificationDM(bob.getUserId(), roomId));
    await trustsUser(alice, bob);
    await trustsUser(bob, alice);
    step("two users compared emoji");

    await until("both senders' keys are in the backup", async () => (await backup(alice)).count === 2);
    const second = await newDevice("js-alice", recoveryKey);
    await restore(second);
    await readEarlier(second, roomId, fromBob, "Hello Alice");
    step("a new device read the backup with the recovery key");

    const third = await newDevice("js-alice");
    await compareEmoji(second, () => askDevice(third, second));
    await readEarlier(third, roomId, fromBob, "Hello Alice");
    step("a new device compared emoji with another, and was given the backup's key by it");

    for (const device of [alice, bob, second, third]) await trustsDevice(device, third);
    await say(bob, [alice, second, third], roomId, "Hello to all of your devices");
}

/** Log in as one more device, which has the recovery key if one is given. */
async function newDevice(username, recoveryKey) {
    const { fetchFn, options } = transport(transportName, baseUrl);
    const keys = { ofStorage: recoveryKey };
    const device = await logInAgain(baseUrl, `${username}-${transportName}`, {
        fetchFn,
        logger: QUIET,
        cryptoCallbacks: {
            getSecretStorageKey: async ({ keys: described }) => keys.ofStorage && [Object.keys(described)[0], keys.ofStorage],
            cacheSecretStorageKey: (_id, _description, key) => (keys.ofStorage = key),
        },
    });
    devices.push(device);
    await device.initRustCrypto({ useIndexedDB: false });
    await startSyncing(device, { initialSyncLimit: 20, ...options(device) });
    return device;
}

async function makeIdentity(client) {
    const crypto = client.getCrypto();
    await crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null) });
    assert.ok(await crypto.isCrossSigningReady());
}

/** Store the identity's secrets on the server and begin a backup; return the key that unlocks them. */
async function makeRecoveryKey(client) {
    const crypto = client.getCrypto();
    const made = await crypto.createRecoveryKeyFromPassphrase();
    await crypto.bootstrapSecretStorage({
        createSecretStorageKey: async () => made,
        setupNewSecretStorage: true,
        setupNewKeyBackup: true,
    });
    assert.ok(await crypto.isSecretStorageReady());
    assert.ok(await crypto.getActiveSessionBackupVersion());
    step("identities and a recovery key");
    return made.privateKey;
}

async function meet(host, guest) {
    const invited = next(guest, ClientEvent.Room, (room) => room.getMyMembership() === "invite");
    const { room_id: roomId } = await host.createRoom({
        name: "Behind closed doors",
        invite: [guest.getUserId()],
        is_direct: true,
        initial_state: [
            { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } },
        ],
    });
    await invited;
    const joined = next(host, RoomMemberEvent.Membership, (_event, member) =>
        member.userId === guest.getUserId() && member.membership === "join");
    const entered = next(guest, RoomEvent.MyMembership, (_room, membership) => membership === "join");
    await guest.joinRoom(roomId);
    await Promise.all([joined, entered]);
    step("an encrypted room");
    return roomId;
}

/** Send a text that every listener must be able to read; return the event's id. */
async function say(speaker, listeners, roomId, body) {
    const content = { msgtype: "m.text", body };
    const heard = listeners.map((listener) => nextDecrypted(listener, roomId, body));
    const { event_id: eventId } = await speaker.sendMessage(roomId, content);
    for (const event of await Promise.all(heard)) {
        assert.ok(event.isEncrypted());
        assert.equal(event.getId(), eventId);
    }
    const stored = await speaker.fetchRoomEvent(roomId, eventId);
    assert.equal(stored.type, "m.room.encrypted");
    step(`heard: ${body}`);
    return eventId;
}

/** Upload an encrypted file; what the server has is not the file, and its receiver can decrypt it. */
async function sendFile(sender, receiver, roomId) {
    const encrypted = Attachment.encrypt(FILE);
    const { content_uri: url } = await sender.uploadContent(new Blob([encrypted.encryptedData]), {
        type: "application/octet-stream",
        includeFilename: false,
    });
    const arrived = nextDecrypted(receiver, roomId, "secret.txt");
    await sender.sendMessage(roomId, {
        msgtype: "m.file",
        body: "secret.txt",
        info: { size: FILE.length, mimetype: "text/plain" },
        file: { ...JSON.parse(encrypted.mediaEncryptionInfo), url },
    });
    const { file } = (await arrived).getContent();
    const response = await fetch(receiver.mxcUrlToHttp(file.url, undefined, undefined, undefined, false, true, true), {
        headers: { Authorization: `Bearer ${receiver.getAccessToken()}` },
    });
    assert.equal(response.status, 200);
    const downloaded = new Uint8Array(await response.arrayBuffer());
    assert.notDeepEqual(downloaded, FILE);
    assert.deepEqual(Attachment.decrypt(new EncryptedAttachment(downloaded, JSON.stringify(file))), FILE);
    step("an encrypted file");
}

async function askDevice(device, other) {
    const crypto = device.getCrypto();
    await crypto.getUserDeviceInfo([other.getUserId()], true);
    return crypto.requestDeviceVerification(other.getUserId(), other.getDeviceId());
}

/** One device asks by `ask`, the other accepts; both must be shown the same emoji and agree. */
async function compareEmoji(answering, ask) {
    const received = next(answering, CryptoEvent.VerificationRequestReceived, () => true);
    const asked = await ask();
    const answered = await received;
    await answered.accept();
    await reaches(asked, VerificationPhase.Ready);
    const askers = await asked.startVerification("m.sas.v1");
    await reaches(answered, VerificationPhase.Started);
    const verifiers = [askers, answered.verifier];
    const shown = Promise.all(verifiers.map((verifier) => next(verifier, VerifierEvent.ShowSas, () => true)));
    const done = Promise.all(verifiers.map((verifier) => verifier.verify()));
    const [one, other] = await Promise.race([shown, done.then(() => assert.fail("verified without emoji"))]);
    assert.equal(one.sas.emoji.length, 7);
    assert.deepEqual(one.sas.emoji, other.sas.emoji);
    await Promise.all([one.confirm(), other.confirm()]);
    await done;
}

async function reaches(request, phase) {
    if (request.phase !== phase) {
        await next(request, VerificationRequestEvent.Change, () => request.phase === phase);
    }
}

/** What the server says of the backup; the SDK remembers what it said first. */
function backup(device) {
    return device.http.authedRequest("GET", "/room_keys/version");
}

/** Take the account's secrets out of the secret storage, trust this device, and read the backup. */
async function restore(device) {
    const crypto = device.getCrypto();
    assert.ok(await crypto.userHasCrossSigningKeys(device.getUserId(), true));
    await crypto.bootstrapCrossSigning({});
    await crypto.loadSessionBackupPrivateKeyFromSecretStorage();
    assert.ok(await crypto.checkKeyBackupAndEnable());
    const { imported, total } = await crypto.restoreKeyBackup();
    assert.deepEqual([imported, total], [2, 2]);
}

/** The device can read what was written before it was there. */
async function readEarlier(device, roomId, eventId, body) {
    const event = device.getRoom(roomId)?.findEventById(eventId);
    assert.ok(event, "the event is not in the timeline");
    await until(`"${body}" is readable`, async () => {
        await device.decryptEventIfNeeded(event);
        return event.getContent().body === body;
    });
}

async function trustsUser(device, other) {
    await until(`${device.getUserId()} trusts ${other.getUserId()}`, async () =>
        (await device.getCrypto().getUserVerificationStatus(other.getUserId())).isCrossSigningVerified());
}

async function trustsDevice(device, other) {
    await until(`${device.getDeviceId()} trusts ${other.getDeviceId()}`, async () => {
        const status = await device.getCrypto().getDeviceVerificationStatus(other.getUserId(), other.getDeviceId());
        return status?.crossSigningVerified;
    });
}

/** Wait for an encrypted message that a client could read. */
function nextDecrypted(client, roomId, body) {
    return next(client, MatrixEventEvent.Decrypted, (event) =>
        event.getRoomId() === roomId && event.getContent().body === body);
}

function step(done) {
    console.log(`${(performance.now() / 1000).toFixed(1)} s: ${done}`);
}
