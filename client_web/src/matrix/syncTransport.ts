import { liveRequestsOf } from "./liveRequests";
import { ServerVersions } from "./serverVersions";
import { asObject, type JsonObject } from "./shapes";
import type { SessionTokens } from "./tokens";
import type { Session } from "./types";
import { SyncSocket } from "./ws";

const SYNC = "/_matrix/client/v3/sync";
const SOCKET = "/_matrix/client/unstable/parlour.websocket/sync";
const FEATURE = "parlour.websocket_sync";
/** How much of each room the first sync brings. */
export const FIRST_EVENTS = 8;
/** What the SDK asks with when it knows nothing yet; `FIRST_EVENTS` of each room. */
const FIRST_FILTER = JSON.stringify({
  room: {
    timeline: { unread_thread_notifications: true, limit: FIRST_EVENTS },
    state: { lazy_load_members: true },
  },
});
/** The first delta of a large account takes a server its time. */
const FIRST_DELTA_MS = 75_000;
const TOKEN_INVALID = 4401;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * How an account's client reaches its server: each request over HTTP with the token that is good now, but
 * `/sync`, messages, typing and receipts over our server's WebSocket where there is one. The SDK goes on asking; it is answered from the socket.
 */
export class SyncTransport {
  readonly #baseUrl: string;
  readonly #tokens: SessionTokens;
  readonly #versions: ServerVersions;
  #socket: { readonly socket: SyncSocket; readonly key: string; readonly token: string } | null = null;
  #failures = 0;
  #notBefore = 0;

  constructor(session: Session, tokens: SessionTokens) {
    this.#baseUrl = session.homeserverUrl;
    this.#tokens = tokens;
    this.#versions = new ServerVersions(session, tokens.fetch);
  }

  /** What the SDK is given as `fetchFn`. */
  readonly fetch: typeof fetch = async (resource, options) => {
    const text = resource instanceof Request ? resource.url : String(resource);
    if (this.#versions.isAbout(text)) return Response.json(await this.#versions.get());
    if (!text.startsWith(this.#baseUrl + SYNC)) {
      return (await this.#byLiveRequest(text, options)) ?? this.#tokens.fetch(resource, options);
    }
    const url = new URL(text);
    const bySocket = await this.#bySocket(url.searchParams, options?.signal ?? null);
    const answer = bySocket ?? (await this.#tokens.fetch(resource, options));
    if (!url.searchParams.has("since") || !(await isUnknownPlace(answer))) return answer;
    // The server has forgotten where we were, as after a backup was put back. Asking again would go on for ever.
    url.searchParams.delete("since");
    return this.#tokens.fetch(url, options);
  };

  /**
   * Ask for everything before the SDK does: it is on its way while the SDK is being loaded. For an account of which
   * nothing is stored, and only where there is no doubt that the server has a socket.
   */
  async begin(): Promise<void> {
    const isOurs = this.#baseUrl === location.origin;
    if (!isOurs && !isOfferedBy(this.#versions.known())) return;
    void this.#isOffered();
    await this.#open(new URLSearchParams({ filter: FIRST_FILTER }));
  }

  /** Begin a new connection with the next request: the network is another one, or the machine has slept. */
  reconnect(): void {
    this.#notBefore = 0;
    this.#socket?.socket.close();
  }

  close(): void {
    this.#socket?.socket.close();
    this.#socket = null;
  }

  /** Send a message, a receipt or that somebody types over the socket; null where HTTP has to. */
  async #byLiveRequest(url: string, options: RequestInit | undefined): Promise<Response | null> {
    const socket = this.#socket?.socket;
    if (socket === undefined || socket.end !== null || typeof options?.body !== "string") return null;
    const requests = liveRequestsOf(url.slice(this.#baseUrl.length), options.body);
    if (requests.length === 0) return null;
    const answers = await Promise.all(requests.map((request) => socket.requests.ask(request)));
    options.signal?.throwIfAborted();
    if (answers.includes(null)) return null;
    const eventId = answers[0]?.event_id;
    return Response.json(eventId === undefined ? {} : { event_id: eventId });
  }

  /** Answer a request from the socket; null where HTTP has to. */
  async #bySocket(query: URLSearchParams, signal: AbortSignal | null): Promise<Response | null> {
    if (Date.now() < this.#notBefore || !(await this.#isOffered())) return null;
    const since = query.get("since");
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const { socket, isNew, token } = await this.#open(query);
      const timeoutMs = isNew || since === null ? FIRST_DELTA_MS : Number(query.get("timeout"));
      const body = await socket.take(timeoutMs, signal);
      signal?.throwIfAborted();
      if (body !== null) return this.#answer(body);
      if (socket.end === null && since !== null && !isNew) return this.#answer({ next_batch: since });
      const refused = await this.#refusal(socket, token);
      if (refused !== null) return refused;
      if (isNew && socket.end?.code !== TOKEN_INVALID) break;
    }
    this.#postpone();
    return null;
  }

  #answer(body: JsonObject): Response {
    this.#failures = 0;
    return Response.json(body);
  }

  async #open(query: URLSearchParams): Promise<{ socket: SyncSocket; isNew: boolean; token: string }> {
    const since = query.get("since");
    const setPresence = query.get("set_presence");
    const key = setPresence ?? "";
    const now = this.#socket;
    if (now !== null && now.socket.end === null && now.key === key && now.socket.follows(since)) {
      return { socket: now.socket, isNew: false, token: now.token };
    }
    now?.socket.close();
    const token = await this.#tokens.current();
    const url = `${this.#baseUrl.replace(/^http/, "ws")}${SOCKET}`;
    const socket = new SyncSocket(url, token, { since, filter: query.get("filter"), setPresence });
    this.#socket = { socket, key, token };
    return { socket, isNew: true, token };
  }

  /** Say what the server has refused, as HTTP would; null where another try makes sense. */
  async #refusal(socket: SyncSocket, token: string): Promise<Response | null> {
    const refusal = asObject(socket.end?.refusal);
    const isToken = socket.end?.code === TOKEN_INVALID || refusal.errcode === "M_UNKNOWN_TOKEN";
    if (isToken) {
      if (await this.#tokens.renew(token)) return null;
      return Response.json({ errcode: "M_UNKNOWN_TOKEN", ...refusal }, { status: 401 });
    }
    if (refusal.errcode === undefined || refusal.errcode === "M_LIMIT_EXCEEDED") return null;
    return Response.json(refusal, { status: 400 });
  }

  /** Leave the socket alone for a while, the longer the more often it has failed; HTTP does meanwhile. */
  #postpone(): void {
    this.#notBefore = Date.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
  }

  /** Where nobody knows, HTTP finds out what is wrong. */
  async #isOffered(): Promise<boolean> {
    try {
      return isOfferedBy(await this.#versions.get());
    } catch {
      return false;
    }
  }
}

/** Whether the server says that it knows no such place in the stream. */
async function isUnknownPlace(answer: Response): Promise<boolean> {
  if (answer.status !== 400) return false;
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  const { errcode } = asObject(body);
  return errcode === "M_UNKNOWN_POS" || errcode === "M_INVALID_PARAM";
}

function isOfferedBy(versions: JsonObject | null): boolean {
  return asObject(versions?.unstable_features)[FEATURE] === true;
}
