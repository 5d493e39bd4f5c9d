import { BadAnswer, Cancelled, ClientError, Offline } from "../errors";
import { asObject, asText } from "../shapes";
import { isLoopback, parseUrl } from "../urls";
import { pause } from "../waiting";
import { QrExpired, QrFailed } from "./errors";

const CREATE = "/_matrix/client/unstable/org.matrix.msc4108/rendezvous";
const MAX_CHARACTERS = 4096;
const POLL_MS = 1000;
const ANSWER_MS = 30_000;

/**
 * The note that two devices read and replace, on a server that knows nothing of what it says; as one of the two
 * sees it. Everything raises QrExpired where the note is gone, QrFailed, Offline, and Cancelled once `signal` says so.
 *
 * Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/4108
 */
export class Rendezvous {
  #etag: string | null;

  constructor(
    readonly url: string,
    private readonly signal: AbortSignal,
    etag: string | null = null,
    private readonly pollMs = POLL_MS,
  ) {
    this.#etag = etag;
  }

  /** Begin an empty note on a homeserver. */
  static async create(homeserverUrl: string, signal: AbortSignal, pollMs = POLL_MS): Promise<Rendezvous> {
    const response = await ask("POST", homeserverUrl + CREATE, "", {}, signal);
    if (!response.ok) throw new QrFailed(`no rendezvous: ${response.status}`);
    const url = asText(asObject(await response.json().catch(() => null)).url);
    return new Rendezvous(checkedNote(url), signal, etagOf(response), pollMs);
  }

  /** Replace the note. */
  async send(text: string): Promise<void> {
    if (this.#etag === null) await this.#look();
    const response = await ask("PUT", this.url, text, { "If-Match": this.#etag ?? "" }, this.signal);
    if (!response.ok) throw refused(response);
    this.#etag = etagOf(response);
  }

  /** Wait until the other side has replaced the note, and return it. */
  async receive(): Promise<string> {
    for (;;) {
      const text = await this.#look();
      if (text !== null) return text;
      await pause(this.pollMs, this.signal);
    }
  }

  /** Replace the note, whatever it says now, with the last words of somebody who has given up; no one need hear them. */
  async sendLast(text: string): Promise<void> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    try {
      const now = await ask("GET", this.url, null, {}, signal);
      if (now.ok) await ask("PUT", this.url, text, { "If-Match": etagOf(now) }, signal);
    } catch {
      // The other device finds out when the note has expired.
    }
  }

  /** Delete the note; it expires by itself where that fails. */
  async close(): Promise<void> {
    await ask("DELETE", this.url, null, {}, AbortSignal.timeout(ANSWER_MS)).catch(() => undefined);
  }

  /** Read the note; null where it is the one we know. */
  async #look(): Promise<string | null> {
    const headers: Record<string, string> = this.#etag === null ? {} : { "If-None-Match": this.#etag };
    const response = await ask("GET", this.url, null, headers, this.signal);
    if (response.status === 304) return null;
    if (!response.ok) throw refused(response);
    this.#etag = etagOf(response);
    const text = await response.text();
    if (text.length > MAX_CHARACTERS) throw new BadAnswer("a note that is too long");
    return text || null;
  }
}

/** Return where a note is, if a page from here may talk to that server. Raises BadAnswer. */
export function checkedNote(text: string): string {
  const url = parseUrl(text);
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(text));
  if (url === null || !isSafe || url.username || url.password) throw new BadAnswer("no place for a note");
  return text;
}

async function ask(
  method: string,
  url: string,
  body: string | null,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  const text: Record<string, string> = body === null ? {} : { "Content-Type": "text/plain" };
  try {
    return await fetch(url, {
      method,
      body,
      headers: { ...headers, ...text },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
  } catch (error) {
    if (signal.aborted) throw new Cancelled();
    throw error instanceof ClientError ? error : new Offline(String(error));
  }
}

function etagOf(response: Response): string {
  const etag = response.headers.get("ETag");
  if (!etag) throw new BadAnswer("a note without revision");
  return etag;
}

function refused(response: Response): QrFailed {
  if (response.status === 404) return new QrExpired("the note is gone");
  return new QrFailed(`the rendezvous answers ${response.status}`);
}
