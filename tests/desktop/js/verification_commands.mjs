// What the partner can do about identities, secret storage, backup and verifications.

import { VerificationPhase, VerifierEvent } from "../../clients/js/node_modules/matrix-js-sdk/lib/crypto-api/index.js";
import { decodeRecoveryKey } from "../../clients/js/node_modules/matrix-js-sdk/lib/crypto-api/recovery-key.js";
export { createClient } from "../../clients/js/node_modules/matrix-js-sdk/lib/index.js";
import { until } from "../../clients/js/support.js";

/** Commands for the client that `client()` gives; `keys.ofStorage` is the key that opens the secret storage. */
export function verificationCommands(client, keys) {
    const crypto = () => client().getCrypto();
    let request;
    let sas;
    let reciprocate;
    let verified;

    function watch(verifier) {
        verifier.on(VerifierEvent.ShowSas, (callbacks) => (sas = callbacks));
        verifier.on(VerifierEvent.ShowReciprocateQr, (callbacks) => (reciprocate = callbacks));
        sas ??= verifier.getShowSasCallbacks();
        reciprocate ??= verifier.getReciprocateQrCodeCallbacks();
        verified = verifier.verify().then(() => "done", (error) => `failed: ${error.message ?? error}`);
    }

    function begin(newRequest) {
        [request, sas, reciprocate, verified] = [newRequest, undefined, undefined, undefined];
        return request.transactionId;
    }

    return {
        /** Begin a secret storage and a backup; return the recovery key. */
        async makeRecoveryKey({ passphrase }) {
            const made = await crypto().createRecoveryKeyFromPassphrase(passphrase);
            await crypto().bootstrapSecretStorage({
                createSecretStorageKey: async () => made,
                setupNewSecretStorage: true,
                setupNewKeyBackup: true,
            });
            return made.encodedPrivateKey;
        },

        /** Take over identity and backup with the recovery key; return how many room keys were restored. */
        async recover({ recoveryKey }) {
            keys.ofStorage = decodeRecoveryKey(recoveryKey);
            await crypto().userHasCrossSigningKeys(client().getUserId(), true);
            await crypto().bootstrapCrossSigning({});
            await crypto().loadSessionBackupPrivateKeyFromSecretStorage();
            if (!(await crypto().checkKeyBackupAndEnable())) throw new Error("the backup is not trusted");
            const { imported, total } = await crypto().restoreKeyBackup();
            return { imported, total };
        },

        /** What the SDK makes of the account as a whole. */
        async security() {
            return {
                crossSigning: await crypto().isCrossSigningReady(),
                storage: await crypto().isSecretStorageReady(),
                backup: await crypto().getActiveSessionBackupVersion(),
            };
        },

        async backupHolds({ count }) {
            await until(`${count} keys are in the backup`, async () =>
                (await client().http.authedRequest("GET", "/room_keys/version")).count === count);
        },

        /** Wait until a user is trusted: signatures are uploaded and asked for in their own time. */
        async comesToTrustUser({ userId }) {
            await until(`${userId} is trusted`, async () => {
                await crypto().getUserDeviceInfo([userId], true);
                return (await crypto().getUserVerificationStatus(userId)).isCrossSigningVerified();
            });
        },

        async comesToTrustDevice({ userId, deviceId }) {
            await until(`${userId} ${deviceId} is trusted`, async () => {
                await crypto().getUserDeviceInfo([userId], true);
                return (await crypto().getDeviceVerificationStatus(userId, deviceId))?.crossSigningVerified;
            });
        },

        async askUser({ userId, roomId }) {
            await crypto().getUserDeviceInfo([userId], true);
            return begin(await crypto().requestVerificationDM(userId, roomId));
        },

        async askDevice({ deviceId }) {
            await crypto().getUserDeviceInfo([client().getUserId()], true);
            return begin(await crypto().requestDeviceVerification(client().getUserId(), deviceId));
        },

        /** Wait until somebody asks, and agree. */
        async acceptRequest({ userId }) {
            await until("somebody asks", async () => {
                const found = crypto().getVerificationRequestsToDeviceInProgress(userId);
                const rooms = client().getRooms().map((room) => room.roomId);
                const inRooms = rooms.map((roomId) => crypto().findVerificationRequestDMInProgress(roomId, userId));
                const all = [...found, ...inRooms].filter((one) => one && one.phase === VerificationPhase.Requested);
                return all.length > 0 && begin(all[0]);
            });
            await request.accept();
            return request.transactionId;
        },

        async waitForPhase({ phase }) {
            await until(`the verification is ${phase}`, async () => request.phase === VerificationPhase[phase]);
        },

        async startEmoji() {
            watch(await request.startVerification("m.sas.v1"));
        },

        /** Follow what the other side has begun. */
        async follow() {
            await until("the other side begins", async () => request.verifier !== undefined);
            watch(request.verifier);
        },

        /** Wait for the emoji; return their names and the numbers. */
        async emoji() {
            await until("emoji are shown", async () => sas !== undefined && sas !== null);
            return { names: sas.sas.emoji.map(([, name]) => name), decimals: sas.sas.decimal };
        },

        async confirm() {
            await sas.confirm();
        },

        async mismatch() {
            sas.mismatch();
        },

        async qrCode() {
            return Buffer.from(await request.generateQRCode()).toString("base64");
        },

        async scan({ code }) {
            watch(await request.scanQRCode(new Uint8ClampedArray(Buffer.from(code, "base64"))));
        },

        async confirmScanned() {
            await until("our code was scanned", async () => reciprocate !== undefined && reciprocate !== null);
            reciprocate.confirm();
        },

        async outcome() {
            return { result: await verified, code: request.cancellationCode };
        },
    };
}
