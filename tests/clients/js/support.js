// What the scripts here have in common: people who log in, sync, and wait for each other's doings.

import { ClientEvent, RoomEvent, SyncState, createClient } from "matrix-js-sdk";

const PASSWORD = "correct horse battery staple";
const LIMIT_MS = 30_000;

/** Register an account, then log in to it as a second device, and return that device's client. */
export async function logIn(baseUrl, username) {
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

export async function startSyncing(client, options = {}) {
    const prepared = next(client, ClientEvent.Sync, (state) => state === SyncState.Prepared);
    await client.startClient({ initialSyncLimit: 10, ...options });
    await prepared;
}

export function nextMessage(client, roomId, body) {
    return next(client, RoomEvent.Timeline, (event, room, toStartOfTimeline) =>
        !toStartOfTimeline && room?.roomId === roomId && event.getContent().body === body);
}

/** Wait for the first event of a client that `wanted` accepts, and return its first argument. */
export function next(client, name, wanted) {
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
