import type { StorageKey } from "./crypto/storageKey";
import type { MediaFiles } from "./media/values";
import type { Outbox } from "./outbox/values";
import type { RoomSummary, Session, SyncState } from "./types";
import type { Value } from "./value";

/** What the parts of a client ask of one another. */
export interface OtherParts {
  readonly media: MediaFiles;
  readonly outbox: Pick<Outbox, "uploads" | "localUrl" | "sendReceipt">;
  readonly people: { isIgnored(userId: string): boolean };
  readonly rooms: {
    readonly list: Value<readonly RoomSummary[]>;
    get(roomId: string): RoomSummary | null;
  };
}

/** What every part of a `ChatClient` is made with, beside the SDK's client. */
export interface ClientContext {
  readonly userId: string;
  readonly deviceId: string;
  readonly homeserverUrl: string;
  /** Tokens change while the client runs; `fetch` always sends the one that is good now. */
  readonly session: Value<Session>;
  readonly sync: Value<SyncState>;
  /** Messages can be read and written in encrypted rooms; rooms are there before. Raises where that cannot be. */
  readonly encryption: Promise<void>;
  /** False where the page was not loaded safely (plain http): there is no encryption then. */
  readonly canEncrypt: boolean;
  /** Whose callbacks the SDK's client was created with; see `crypto/options.ts`. */
  readonly storageKey: StorageKey;
  /** As the browser's, with the account's access token for its homeserver; renews it where needed. */
  readonly fetch: typeof fetch;
  /** The name of a database of this device, to be deleted with its session. */
  databaseName(part: string): string;
  /** The other parts; only to be asked for after all of them were made. */
  parts(): OtherParts;
  /** Call at the end of the client's life: timers, listeners, workers, databases. */
  onStop(end: () => void | Promise<void>): void;
}
