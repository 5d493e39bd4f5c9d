// A device on matrix-js-sdk that is signed in and lets a new one in by QR code. Arguments: the server's base URL, and
// "shows" or "scans". Each step is a JSON line of the output; what comes from outside is a line of the input.

import { createInterface } from "node:readline";
import { QrCodeData } from "../../clients/js/node_modules/@matrix-org/matrix-sdk-crypto-wasm/index.mjs";
import {
    MSC4108RendezvousSession,
    MSC4108SecureChannel,
    MSC4108SignInWithQR,
    linkNewDeviceByGeneratingQR,
} from "../../clients/js/node_modules/matrix-js-sdk/lib/rendezvous/index.js";
import { logIn, startSyncing } from "../../clients/js/support.js";

// What the SDK has to say belongs to the other stream.
console.log = console.info = console.debug = console.warn = console.error;

const [baseUrl, mode] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const alice = await logIn(baseUrl, "alice");
await alice.initRustCrypto({ useIndexedDB: false });
await startSyncing(alice);
await alice.getCrypto().bootstrapCrossSigning({ authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null) });

const device = mode === "shows" ? await show() : await scan();
await device.negotiateProtocols();
tell({ digits: device.checkCode });
const { verificationUri } = await device.deviceAuthorizationGrant();
tell({ page: verificationUri });
await lines.next();
const { secrets } = await device.shareSecrets();
tell({ secrets });
alice.stopClient();
process.exit(0);

async function show() {
    const device = await linkNewDeviceByGeneratingQR(alice, fail, new AbortController().signal);
    tell({ code: Buffer.from(device.code).toString("base64") });
    return device;
}

async function scan() {
    tell({ ready: true });
    const { value } = await lines.next();
    const scanned = QrCodeData.fromBytes(Buffer.from(value, "base64"));
    const session = new MSC4108RendezvousSession({ url: scanned.rendezvousUrl, onFailure: fail });
    const channel = new MSC4108SecureChannel(session, scanned.publicKey, fail);
    return new MSC4108SignInWithQR(channel, true, alice, fail);
}

function tell(step) {
    process.stdout.write(`${JSON.stringify(step)}\n`);
}

function fail(reason) {
    throw new Error(`signing in failed: ${reason}`);
}
