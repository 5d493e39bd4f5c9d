import { type IDBPDatabase, openDB } from "idb";
import { isStorageFull } from "../errors";
import { MutableValue, type Value } from "../value";
import type { Keeping, OutgoingFile } from "./values";

/** A message that the server does not have yet. */
export interface WaitingMessage {
  readonly kind: "message";
  readonly txnId: string;
  readonly roomId: string;
  readonly threadRoot: string | null;
  readonly atMs: number;
  readonly type: string;
  /** In clear text: it is encrypted when it goes out, for those who are in the room then. */
  readonly content: Readonly<Record<string, unknown>>;
  /** Which text says why it was refused: it is not tried again by itself. */
  readonly errorWord: string;
}

/** A file that is not on the server yet. */
export interface WaitingFile {
  readonly kind: "file";
  readonly txnId: string;
  readonly roomId: string;
  readonly threadRoot: string | null;
  readonly replyTo: string | null;
  readonly atMs: number;
  readonly outgoing: OutgoingFile;
  readonly errorWord: string;
}

export type Waiting = WaitingMessage | WaitingFile;

interface Stored {
  readonly order: number;
  readonly waiting: Waiting;
}

const STORE = "waiting";

/**
 * What waits to be sent, kept over restarts, in the order in which it was written. Where it cannot be kept it is sent
 * all the same; `keeping` says so.
 */
export class WaitingStore {
  readonly #database: Promise<IDBPDatabase>;
  readonly #keeping = new MutableValue<Keeping>("kept");
  /** Places in the order; what changes stays in its own. */
  readonly #places = new Map<string, number>();
  /** What waits and could not be kept. */
  readonly #lost = new Set<string>();
  #last = 0;
  #work: Promise<unknown> = Promise.resolve();

  constructor(name: string) {
    this.#database = openDB(name, 1, {
      upgrade: (made) => void made.createObjectStore(STORE, { keyPath: "waiting.txnId" }),
    });
    this.#database.catch(() => undefined); // whoever uses it finds out
  }

  get keeping(): Value<Keeping> {
    return this.#keeping;
  }

  /** Keep something, or how it stands now. */
  put(waiting: Waiting): void {
    let order = this.#places.get(waiting.txnId);
    if (order === undefined) {
      this.#last = Math.max(this.#last + 1, Date.now());
      order = this.#last;
      this.#places.set(waiting.txnId, order);
    }
    const stored: Stored = { order, waiting };
    void this.#do((database) => database.put(STORE, stored)).then((error) => {
      // It may have been sent meanwhile.
      if (error === null || !this.#places.has(waiting.txnId)) this.#lost.delete(waiting.txnId);
      else this.#lost.add(waiting.txnId);
      this.#tell(error);
    });
  }

  /** It was sent, or given up. */
  delete(txnId: string): void {
    if (!this.#places.delete(txnId)) return;
    this.#lost.delete(txnId);
    void this.#do((database) => database.delete(STORE, txnId)).then(() => this.#tell(null));
  }

  /** Return what was kept, the oldest first. */
  async all(): Promise<readonly Waiting[]> {
    let found: readonly Stored[] = [];
    const error = await this.#do(async (database) => {
      found = (await database.getAll(STORE)) as Stored[];
    });
    if (error !== null) console.warn("what waits to be sent cannot be read", error);
    const sorted = [...found].sort((one, other) => one.order - other.order);
    for (const { order, waiting } of sorted) this.#places.set(waiting.txnId, order);
    this.#last = Math.max(this.#last, sorted.at(-1)?.order ?? 0);
    return sorted.map((stored) => stored.waiting);
  }

  /** Finish what is being written. */
  async close(): Promise<void> {
    await this.#work;
    await this.#database.then(
      (database) => database.close(),
      () => undefined,
    );
  }

  /** Do one thing after the other; return what went wrong. */
  #do(work: (database: IDBPDatabase) => Promise<unknown>): Promise<unknown> {
    const done = this.#work.then(async () => {
      try {
        await work(await this.#database);
        return null;
      } catch (error) {
        return error;
      }
    });
    this.#work = done;
    return done;
  }

  #tell(error: unknown): void {
    if (this.#lost.size === 0) this.#keeping.set("kept");
    else if (error !== null) this.#keeping.set(isStorageFull(error) ? "full" : "refused");
  }
}
