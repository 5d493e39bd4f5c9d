import { asObject, type JsonObject } from "./shapes";
import { databaseName } from "./store";
import type { Session } from "./types";

const PATH = "/_matrix/client/versions";

/**
 * What the server can do, as it said the last time: the SDK asks before it shows anything, so a server that is
 * slow or gone would keep people from what is stored. It is asked again meanwhile, for the next time.
 */
export class ServerVersions {
  readonly #url: string;
  readonly #key: string;
  readonly #fetch: typeof fetch;
  #fresh: Promise<JsonObject> | null = null;

  constructor(session: Session, send: typeof fetch) {
    this.#url = session.homeserverUrl + PATH;
    this.#key = databaseName(session, "versions");
    this.#fetch = send;
  }

  /** Tell whether a request asks for this. */
  isAbout(url: string): boolean {
    return url === this.#url;
  }

  /** Return what the server can do. Raises what `fetch` raises where it never said and does not answer. */
  async get(): Promise<JsonObject> {
    this.#fresh ??= this.#ask();
    const known = this.known();
    if (known === null) return this.#fresh;
    this.#fresh.catch(() => undefined); // the next request finds out what is wrong
    return known;
  }

  /** Return what the server said the last time; null where it never was asked. */
  known(): JsonObject | null {
    const text = localStorage.getItem(this.#key);
    return text === null ? null : asObject(JSON.parse(text));
  }

  async #ask(): Promise<JsonObject> {
    try {
      const answer = await this.#fetch(this.#url, { cache: "no-store", credentials: "omit" });
      const body = asObject(await answer.json());
      if (answer.ok && Array.isArray(body.versions)) localStorage.setItem(this.#key, JSON.stringify(body));
      return body;
    } catch (error) {
      this.#fresh = null;
      throw error;
    }
  }
}
