// The three ways in which a client of matrix-js-sdk hears from the server. Each is { fetchFn, options }: what
// createClient gets as its fetchFn, and what startClient gets as its options once there is a client.

import { SlidingSync } from "matrix-js-sdk/lib/sliding-sync.js";

import { WebSocketSync } from "./websocket-sync.js";

const TIMEOUT_MS = 20_000;
const REQUIRED_STATE = [
    ["m.room.create", ""],
    ["m.room.encryption", ""],
    ["m.room.name", ""],
    ["m.room.member", "*"],
];

const TRANSPORTS = {
    "sync": () => ({ options: () => ({}) }),
    "sliding": (baseUrl) => ({ options: (client) => ({ slidingSync: slidingSync(baseUrl, client) }) }),
    "websocket": (baseUrl) => {
        const socket = new WebSocketSync(baseUrl);
        return { fetchFn: socket.fetch, options: () => ({}) };
    },
};

/** Return what one device needs to sync by "sync", "sliding" or "websocket". */
export function transport(name, baseUrl) {
    return TRANSPORTS[name](baseUrl);
}

export function slidingSync(baseUrl, client) {
    const list = { ranges: [[0, 99]], timeline_limit: 20, required_state: REQUIRED_STATE };
    const subscription = { timeline_limit: 20, required_state: [] };
    return new SlidingSync(baseUrl, new Map([["all", list]]), subscription, client, TIMEOUT_MS);
}
