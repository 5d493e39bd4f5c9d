import { asInteger, asObject, asText, type JsonObject } from "./shapes";

/** The server works on 16; one more would be refused. */
const MOST_AT_ONCE = 12;
/** A frame of more than 256 KiB would end the connection; a character is at most three bytes. */
const MAX_CHARACTERS = 60_000;
const ANSWER_MS = 8_000;

/**
 * Requests over the connection that sync keeps open: no new one, no headers, an answer in one round.
 *
 * The protocol: docs/websocket-sync.md, "Requests".
 */
export class LiveRequests {
  readonly #send: (text: string) => void;
  readonly #waiting = new Map<number, (answer: JsonObject | null) => void>();
  #isOpen = false;
  #count = 0;

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  /** The server has taken the hello: requests may go from now on. */
  opened(): void {
    this.#isOpen = true;
  }

  /** There is no connection any more: nobody waits for its answers. */
  closed(): void {
    this.#isOpen = false;
    for (const answer of this.#waiting.values()) answer(null);
  }

  /** Take in a `result`, or an `error` with an `id`. */
  answered(frame: JsonObject): void {
    this.#waiting.get(asInteger(frame.id, -1))?.(frame.type === "result" ? frame : null);
  }

  /**
   * Make a request and return its result; null where the connection is not there, does not answer, or the server
   * refuses. Whoever asks goes on with HTTP then: a repeated request is the same one, and HTTP says why it is refused.
   */
  ask(request: JsonObject): Promise<JsonObject | null> {
    if (!this.#isOpen || this.#waiting.size >= MOST_AT_ONCE) return Promise.resolve(null);
    this.#count += 1;
    const id = this.#count;
    const text = JSON.stringify({ ...request, id });
    if (text.length > MAX_CHARACTERS) return Promise.resolve(null);
    return new Promise((resolve) => {
      const settle = (answer: JsonObject | null): void => {
        clearTimeout(late);
        this.#waiting.delete(id);
        resolve(answer);
      };
      const late = setTimeout(settle, ANSWER_MS, null);
      this.#waiting.set(id, settle);
      this.#send(text);
    });
  }
}

const ROOM =
  /^\/_matrix\/client\/v3\/rooms\/([^/]+)\/(send|typing|receipt|read_markers)(?:\/([^/]+))?(?:\/([^/]+))?$/;

/** What a request of HTTP is over the connection: one or more requests; none where it has to be HTTP. */
export function liveRequestsOf(path: string, body: string): readonly JsonObject[] {
  const [, room, kind, first, second] = ROOM.exec(path) ?? [];
  if (room === undefined) return [];
  const about = { room_id: decodeURIComponent(room) };
  const content = asObject(JSON.parse(body || "{}"));
  if (kind === "send" && first && second) {
    const [eventType, txnId] = [decodeURIComponent(first), decodeURIComponent(second)];
    return [{ ...about, type: "send", event_type: eventType, txn_id: txnId, content }];
  }
  if (kind === "typing" && first) return [{ ...about, type: "typing", ...content }];
  if (kind === "receipt" && first && second) {
    return [receipt(about, decodeURIComponent(first), decodeURIComponent(second), asText(content.thread_id))];
  }
  if (kind !== "read_markers") return [];
  return Object.entries(content).map(([type, eventId]) => receipt(about, type, asText(eventId), ""));
}

function receipt(about: JsonObject, receiptType: string, eventId: string, threadId: string): JsonObject {
  const thread = threadId && { thread_id: threadId };
  return { ...about, type: "receipt", receipt_type: receiptType, event_id: eventId, ...(thread || {}) };
}
