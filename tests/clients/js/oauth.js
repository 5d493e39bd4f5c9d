// matrix-js-sdk signs in by OAuth 2.0. Argument: the server's base URL.
// Prints "open: <url>" and reads the code that the browser brought back from its standard input.
// Ends with the exit code 0 and the line "oauth: ok".

import assert from "node:assert/strict";
import { createInterface } from "node:readline/promises";
import { createClient, OAuth2 } from "matrix-js-sdk";

const baseUrl = process.argv[2];
const redirectUri = "https://chat.example.com/callback";

const metadata = await createClient({ baseUrl }).getAuthMetadata();
assert(metadata.prompt_values_supported.includes("create"));
const clientId = await OAuth2.registerClient(metadata, {
    client_name: "JavaScript",
    client_uri: "https://example.com/",
    redirect_uris: [redirectUri],
    application_type: "web",
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
});
const oauth = new OAuth2(metadata, { clientId, deviceId: "JSDEVICE01" });
console.log(`open: ${await oauth.generateAuthorizationCodeGrantUrl("some state", redirectUri, "fragment", "create")}`);

const code = await createInterface({ input: process.stdin }).question("");
const first = await oauth.completeAuthorizationCodeGrant(code, redirectUri);
const me = await createClient({ baseUrl, accessToken: first.access_token }).whoami();
assert.equal(me.device_id, "JSDEVICE01");

const second = await oauth.performRefreshTokenGrant(first.refresh_token);
const client = createClient({ baseUrl, accessToken: second.access_token });
assert.equal((await client.whoami()).user_id, me.user_id);
await assert.rejects(oauth.performRefreshTokenGrant(first.refresh_token));
await assert.rejects(client.whoami(), (error) => error.errcode === "M_UNKNOWN_TOKEN");
await oauth.revokeToken(second.access_token, "access_token");
console.log(`oauth: ok ${me.user_id}`);
process.exit(0);
