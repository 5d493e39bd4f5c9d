// Carries the /sync requests of a matrix-js-sdk client, and what it sends to rooms, over the sync WebSocket.
// The SDK goes on believing that it polls: each of its requests is answered with the next delta that was pushed.

const SYNC_PATH = "/_matrix/client/v3/sync";
const SEND_PATH = /^\/_matrix\/client\/v3\/rooms\/([^/]+)\/send\/([^/]+)\/([^/]+)$/;

export class WebSocketSync {
    #address;
    #socket;
    #delta = { rooms: {} };
    #deltas = [];
    #arrived = () => {};
    #answers = new Map();
    #lastId = 0;
    #first = true;

    constructor(baseUrl) {
        this.#address = `${baseUrl.replace(/^http/, "ws")}/_matrix/client/unstable/parlour.websocket/sync`;
    }

    /** Take the place of the SDK's fetch. */
    fetch = (resource, options = {}) => {
        const url = new URL(resource);
        if (url.pathname === SYNC_PATH) return this.#sync(url.searchParams, options);
        const sent = SEND_PATH.exec(url.pathname);
        return sent && this.#socket ? this.#send(sent, options) : fetch(resource, options);
    };

    async #sync(query, options) {
        const since = query.get("since") ?? undefined;
        if (this.#socket && since) this.#push({ type: "ack", next_batch: since });
        this.#socket ??= this.#connect(options.headers.Authorization, since, query.get("filter") ?? undefined);
        const delta = await this.#nextDelta(Number(query.get("timeout") ?? 0), options.signal);
        return Response.json(delta ?? { next_batch: since });
    }

    /** Return the oldest delta not yet given to the SDK; nothing if none came in time. The first always comes. */
    async #nextDelta(timeoutMs, signal) {
        if (this.#deltas.length === 0) {
            const arrived = new Promise((resolve) => (this.#arrived = resolve));
            const stopped = new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
            const late = this.#first ? [] : [pause(timeoutMs)];
            await Promise.race([arrived, stopped, this.#socket.ended, ...late]);
        }
        this.#first = false;
        return this.#deltas.shift();
    }

    async #send([, roomId, eventType, txnId], options) {
        const id = ++this.#lastId;
        const result = new Promise((resolve) => this.#answers.set(id, resolve));
        this.#push({
            type: "send",
            id,
            room_id: decodeURIComponent(roomId),
            event_type: decodeURIComponent(eventType),
            txn_id: decodeURIComponent(txnId),
            content: JSON.parse(options.body),
        });
        const { type, ...answer } = await result;
        return Response.json(answer, { status: type === "error" ? 400 : 200 });
    }

    #connect(authorization, since, filter) {
        const socket = new WebSocket(this.#address);
        const access_token = authorization.replace("Bearer ", "");
        socket.addEventListener("open", () => this.#push({ type: "hello", access_token, since, filter }));
        socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(data)));
        socket.ended = new Promise((_, reject) => {
            socket.addEventListener("close", ({ code }) => reject(new Error(`the WebSocket ended with ${code}`)));
        });
        return socket;
    }

    #receive(frame) {
        if (frame.type === "sync") this.#collect(frame);
        else if (frame.id !== undefined) this.#answers.get(frame.id)(frame);
        else if (frame.type === "error") console.error("the WebSocket:", frame);
    }

    /** Put the frames of a delta together; it is whole when its last one, that with next_batch, has come. */
    #collect({ type, rooms = {}, ...rest }) {
        for (const [kind, ofKind] of Object.entries(rooms)) Object.assign((this.#delta.rooms[kind] ??= {}), ofKind);
        if (!rest.next_batch) return;
        this.#deltas.push({ ...rest, rooms: this.#delta.rooms });
        this.#delta = { rooms: {} };
        this.#arrived();
    }

    #push(frame) {
        this.#socket.send(JSON.stringify(frame));
    }
}

function pause(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
