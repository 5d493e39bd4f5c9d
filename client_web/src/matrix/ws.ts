import { asSdkReads, joinFrames, mergeDeltas } from "./frames";
import { LiveRequests } from "./liveRequests";
import { asObject, asText, type JsonObject } from "./shapes";

/** What a socket is opened with: see docs/websocket-sync.md. */
export interface Hello {
  readonly since: string | null;
  readonly filter: string | null;
  readonly setPresence: string | null;
}

/** Why a socket ended. `refused`: the server said no, with this error. */
export interface SocketEnd {
  readonly code: number;
  readonly refusal: JsonObject | null;
}

/** The first frame has to be there so soon after the connection. */
const READY_MS = 20_000;
/**
 * As long as the reader of a delta was busy with it, the next is waited for, but no longer than this: what comes in
 * between is given as one. Single messages are given at once so, and bursts take half of the time at most.
 */
const LONGEST_GATHER_MS = 50;
/** Of all that waits to be taken: a server that sends without end would fill the memory. */
const MAX_WAITING_CHARACTERS = 200_000_000;
const GONE_AWAY = 1000;

/**
 * One connection of our server's sync WebSocket. Deltas wait here until they are taken; what was taken is
 * acknowledged when the next is asked for, since it has been stored by then.
 *
 * The protocol: docs/websocket-sync.md.
 */
export class SyncSocket {
  /** What is asked of the server over this connection, beside sync. */
  readonly requests = new LiveRequests((text) => this.#socket.send(text));
  readonly #socket: WebSocket;
  readonly #deltas: JsonObject[] = [];
  /** Frames of a delta whose last one has not come yet. */
  #frames: JsonObject[] = [];
  #characters = 0;
  #isReady = false;
  #refusal: JsonObject | null = null;
  #end: SocketEnd | null = null;
  #wake: () => void = () => undefined;
  #given: string | null;
  /** The token that was given and not acknowledged yet. */
  #unacknowledged: string | null = null;
  /** When something was given last; never, as long as nothing was. */
  #taken = Number.POSITIVE_INFINITY;

  /** Connect; `token` is the access token, which goes into the first frame alone. */
  constructor(url: string, token: string, hello: Hello) {
    this.#given = hello.since;
    this.#socket = new WebSocket(url);
    const late = setTimeout(() => this.#close(), READY_MS);
    this.#socket.onopen = () => this.#send(helloFrame(token, hello));
    this.#socket.onmessage = (event: MessageEvent<unknown>) => {
      if (this.#read(event.data)) clearTimeout(late);
    };
    this.#socket.onclose = (event) => {
      clearTimeout(late);
      this.#ended({ code: event.code, refusal: this.#refusal });
    };
  }

  /** Why it ended; null while it lives. */
  get end(): SocketEnd | null {
    return this.#end;
  }

  /** Tell whether what comes next follows this token: the last that was taken. */
  follows(since: string | null): boolean {
    return this.#given === since;
  }

  /**
   * Take what has come since the last time, as the SDK reads it; null if nothing does within `timeoutMs`, or if
   * the socket ends. What was taken before is acknowledged: it has been stored, or the SDK would not ask.
   */
  async take(timeoutMs: number, signal: AbortSignal | null): Promise<JsonObject | null> {
    this.#acknowledge();
    const askedAt = performance.now();
    const readyAt = askedAt + Math.min(askedAt - this.#taken, LONGEST_GATHER_MS);
    if (this.#deltas.length === 0) await this.#arrival(timeoutMs, signal);
    const wait = readyAt - performance.now();
    if (this.#deltas.length > 0 && wait > 0) await pause(wait);
    if (signal?.aborted) return null;
    return this.#gathered();
  }

  close(): void {
    this.#close();
  }

  #acknowledge(): void {
    if (this.#unacknowledged === null || this.#end !== null) return;
    this.#send({ type: "ack", next_batch: this.#unacknowledged });
    this.#unacknowledged = null;
  }

  /** Join what waits, as far as it can be joined. */
  #gathered(): JsonObject | null {
    let whole = this.#deltas.shift();
    if (whole === undefined) return null;
    while (this.#deltas[0] !== undefined) {
      const joined = mergeDeltas(whole, this.#deltas[0]);
      if (joined === null) break;
      whole = joined;
      this.#deltas.shift();
    }
    if (this.#deltas.length === 0) this.#characters = 0;
    this.#given = this.#unacknowledged = asText(whole.next_batch);
    this.#taken = performance.now();
    return asSdkReads(whole);
  }

  #arrival(timeoutMs: number, signal: AbortSignal | null): Promise<void> {
    if (this.#end !== null || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        this.#wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(end, timeoutMs);
      signal?.addEventListener("abort", end);
      this.#wake = end;
    });
  }

  /** Read a frame; tells whether the server has taken the hello. */
  #read(data: unknown): boolean {
    const text = typeof data === "string" ? data : "";
    const frame = parsed(text);
    if (frame.type === "ready") this.#begin();
    else if (frame.id !== undefined) this.requests.answered(frame);
    else if (frame.type === "error") this.#refusal = frame;
    else if (frame.type === "sync" && this.#isReady) this.#readDelta(frame, text.length);
    return this.#isReady;
  }

  #begin(): void {
    this.#isReady = true;
    this.requests.opened();
  }

  #readDelta(frame: JsonObject, characters: number): void {
    this.#characters += characters;
    if (this.#characters > MAX_WAITING_CHARACTERS) {
      this.#close();
      return;
    }
    this.#frames.push(frame);
    if (!asText(frame.next_batch)) return;
    this.#deltas.push(joinFrames(this.#frames));
    this.#frames = [];
    this.#wake();
  }

  #close(): void {
    this.#socket.close(GONE_AWAY);
    // A network that is gone answers no farewell; nobody is to wait for it.
    this.#ended({ code: GONE_AWAY, refusal: this.#refusal });
  }

  #ended(end: SocketEnd): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.requests.closed();
    this.#wake();
  }

  #send(frame: JsonObject): void {
    this.#socket.send(JSON.stringify(frame));
  }
}

function helloFrame(token: string, hello: Hello): JsonObject {
  return {
    type: "hello",
    access_token: token,
    use_state_after: true,
    ...(hello.since && { since: hello.since }),
    ...(hello.filter && { filter: filterOf(hello.filter) }),
    ...(hello.setPresence && { set_presence: hello.setPresence }),
  };
}

/** A filter is an id, or written out. */
function filterOf(text: string): string | JsonObject {
  return text.startsWith("{") ? parsed(text) : text;
}

function parsed(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
