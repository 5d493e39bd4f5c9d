// A new device signs in by scanning the QR code of one that is signed in, both on matrix-js-sdk: rendezvous, device
// grant, and the secrets of the account. Argument: the server's base URL. Ends with the exit code 0 and "qr: ok".

import assert from "node:assert/strict";
import { QrCodeData } from "@matrix-org/matrix-sdk-crypto-wasm";
import { createClient } from "matrix-js-sdk";
import {
    MSC4108RendezvousSession,
    MSC4108SecureChannel,
    MSC4108SignInWithQR,
    isSignInWithQRAvailable,
    linkNewDeviceByGeneratingQR,
} from "matrix-js-sdk/lib/rendezvous/index.js";

import { logIn, startSyncing } from "./support.js";

const PASSWORD = "correct horse battery staple";
const NEW_DEVICE = "NEWDEVICE1";
const baseUrl = process.argv[2];

const alice = await logIn(baseUrl, "js-qr");
await alice.initRustCrypto({ useIndexedDB: false });
try {
    await startSyncing(alice);
    await alice.getCrypto().bootstrapCrossSigning({
        authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
    });
    assert.ok(await isSignInWithQRAvailable(alice));
    await signInWithQr();
} finally {
    alice.stopClient();
}
console.log("qr: ok");
// Timers of the SDK would keep the process alive.
process.exit(0);

async function signInWithQr() {
    const existing = await linkNewDeviceByGeneratingQR(alice, fail, new AbortController().signal);
    const scanned = QrCodeData.fromBytes(existing.code);
    assert.equal(scanned.serverName, alice.getDomain());
    const session = new MSC4108RendezvousSession({ url: scanned.rendezvousUrl, onFailure: fail });
    const added = new MSC4108SignInWithQR(
        new MSC4108SecureChannel(session, scanned.publicKey, fail), true, undefined, fail);
    await Promise.all([existing.negotiateProtocols(), added.negotiateProtocols()]);
    assert.ok(existing.checkCode);
    assert.equal(existing.checkCode, added.checkCode);

    const metadata = await createClient({ baseUrl }).getAuthMetadata();
    const clientId = await register(metadata.registration_endpoint);
    const [shown] = await Promise.all([
        existing.deviceAuthorizationGrant(),
        added.deviceAuthorizationGrant({ metadata, clientId, deviceId: NEW_DEVICE }),
    ]);
    await agree(shown.verificationUri);

    const [{ secrets: sent }, received] = await Promise.all([existing.shareSecrets(), finish(added, clientId)]);
    assert.deepEqual(received.cross_signing, sent.cross_signing);
    await existing.close();
    assert.equal((await fetch(scanned.rendezvousUrl)).status, 404);
}

/** The new device waits until its user has agreed, and takes the account's secrets. */
async function finish(added, clientId) {
    const tokens = await added.completeLoginOnNewDevice({ clientId });
    const client = createClient({ baseUrl, accessToken: tokens.access_token });
    const self = await client.whoami();
    assert.equal(self.user_id, alice.getUserId());
    assert.equal(self.device_id, NEW_DEVICE);
    return (await added.shareSecrets()).secrets;
}

async function register(endpoint) {
    const response = await fetch(endpoint, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
            client_name: "A telephone",
            client_uri: "https://phone.example.org/",
            application_type: "native",
            token_endpoint_auth_method: "none",
            grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
        }),
    });
    const registered = await response.json();
    assert.ok(registered.client_id, JSON.stringify(registered));
    return registered.client_id;
}

/** What the user does in a browser: sign in, see what the device wants, agree. */
async function agree(verificationUri) {
    const cookies = new Map();
    const signIn = await browse(cookies, verificationUri);
    const question = await browse(cookies, signIn.url, { user: "js-qr", password: PASSWORD, csrf: token(signIn) });
    assert.match(question.text, /A telephone/);
    const userCode = /name="user_code" value="([^"]*)"/.exec(question.text)[1];
    const done = await browse(cookies, question.url, { user_code: userCode, decision: "allow", csrf: token(question) });
    assert.match(done.text, /signing in/);
}

function token(page) {
    return /name="csrf" value="([^"]*)"/.exec(page.text)[1];
}

/** Open an address, or send a form to it, and follow where it leads. */
async function browse(cookies, url, form) {
    const response = await fetch(url, {
        method: form ? "POST" : "GET",
        headers: { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
        body: form ? new URLSearchParams(form) : undefined,
        redirect: "manual",
    });
    for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        cookies.set(name, value);
    }
    const location = response.headers.get("Location");
    if (location) return browse(cookies, new URL(location, url).href);
    return { url, text: await response.text() };
}

function fail(reason) {
    throw new Error(`signing in failed: ${reason}`);
}
