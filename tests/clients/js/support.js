// What the scripts here have in common: people who log in, sync, and wait for each other's doings.

import { ClientEvent, RoomEvent, SyncState, createClient } from "matrix-js-sdk";
import { logger } from "matrix-js-sdk/lib/logger.js";

const PASSWORD = "correct horse battery staple";
const LIMIT_MS = 100_000;

// The SDK says at length what goes well.
logger.setLevel("warn", false);

/** A logger for createClient that leaves out what goes well, too. */
export const QUIET = {
    trace() {},
    debug() {},
    info() {},
    warn: console.warn,
    error: console.error,
    getChild: () => QUIET,
};

/** Register an account, then log in to it as a second device, and return that device's client. */
export async function logIn(baseUrl, username) {
    await register(baseUrl, username);
    return logInAgain(baseUrl, username);
}

export async function register(baseUrl, username) {
    await createClient({ baseUrl }).registerRequest({
        username,
        password: PASSWORD,
        auth: { type: "m.login.dummy" },
        inhibit_login: true,
    });
}

/** Log in as a new device and return its client, made with further options of createClient. */
export async function logInAgain(baseUrl, username, options = {}) {
    const login = await createClient({ baseUrl }).loginRequest({
        type: "m.login.password",
        identifier: { type: "m.id.user", user: username },
        password: PASSWORD,
    });
    return createClient({
        baseUrl,
        accessToken: login.access_token,
        userId: login.user_id,
        deviceId: login.device_id,
        ...options,
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

/** Wait until the asynchronous `holds` says yes. For what no event of the SDK announces. */
export async function until(what, holds) {
    const end = Date.now() + LIMIT_MS;
    while (!(await holds())) {
        if (Date.now() > end) throw new Error(`within ${LIMIT_MS} ms not: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
}
