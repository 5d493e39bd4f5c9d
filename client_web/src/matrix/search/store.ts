import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { fold, wordsOf } from "./words";

/** A message as the index keeps it. */
export interface KeptMessage {
  readonly id: string;
  readonly room: string;
  readonly sender: string;
  readonly time: number;
  readonly text: string;
  /** What it is or holds: see `query.ts`. What was kept by an older version says nothing of it. */
  readonly kinds?: readonly string[];
}

interface Row extends KeptMessage {
  /** Each word, and behind it the time counted backwards: so a range over a word gives the newest first. */
  readonly words: readonly string[];
}

interface Schema extends DBSchema {
  messages: { key: string; value: Row; indexes: { words: string; room: string; time: number } };
}

/** So many messages with a word are looked at for the others, and so many of all where there is no word. */
const MOST_CANDIDATES = 5_000;
const LATEST = 8_640_000_000_000_000;
const DIGITS = LATEST.toString(36).length;
const END = "\uffff";

/** Texts of messages by their words, in the browser's own storage. */
export class SearchStore {
  readonly #db: Promise<IDBPDatabase<Schema>>;

  constructor(name: string) {
    this.#db = openDB<Schema>(name, 2, {
      upgrade: (db, before, _now, transaction) => {
        const messages =
          before === 0
            ? db.createObjectStore("messages", { keyPath: "id" })
            : transaction.objectStore("messages");
        if (before === 0) {
          messages.createIndex("words", "words", { multiEntry: true });
          messages.createIndex("room", "room");
        }
        messages.createIndex("time", "time");
      },
    });
    // Whoever uses it hears of that; nobody may before it is used.
    this.#db.catch(() => undefined);
  }

  /** Keep messages, and forget others, in one go. */
  async write(kept: readonly KeptMessage[], forgotten: readonly string[]): Promise<void> {
    const transaction = (await this.#db).transaction("messages", "readwrite");
    const work: Promise<unknown>[] = kept.map(async (message) => {
      // Each start shows what was kept before; a row with its words costs far more to write than to look at.
      const known = await transaction.store.get(message.id);
      if (known?.text !== message.text || known.kinds === undefined)
        await transaction.store.put(rowOf(message));
    });
    for (const id of forgotten) work.push(transaction.store.delete(id));
    await Promise.all([...work, transaction.done]);
  }

  /** Return the newest messages that hold all of these words, each from its beginning, and are accepted. */
  async find(
    words: readonly string[],
    accepts: (message: KeptMessage) => boolean,
    limit: number,
  ): Promise<readonly KeptMessage[]> {
    const keys = words.flatMap((word) => wordsOf(word));
    const longest = keys.reduce((best, key) => (key.length > best.length ? key : best), "");
    const found = new Map<string, KeptMessage>();
    if (words.length > 0 && longest === "") return [];
    const store = (await this.#db).transaction("messages").store;
    const candidates =
      longest === ""
        ? store.index("time").iterate(null, "prev")
        : store.index("words").iterate(IDBKeyRange.bound(longest, longest + END));
    let looked = 0;
    for await (const cursor of candidates) {
      looked += 1;
      const row = cursor.value;
      if (holdsAll(row.text, words) && accepts(row)) found.set(row.id, row);
      if (looked >= MOST_CANDIDATES || found.size >= limit * 2) break;
    }
    return [...found.values()].sort((a, b) => b.time - a.time).slice(0, limit);
  }

  /** Forget everything of a room. */
  async forgetRoom(room: string): Promise<void> {
    const transaction = (await this.#db).transaction("messages", "readwrite");
    for await (const cursor of transaction.store.index("room").iterate(room)) await cursor.delete();
    await transaction.done;
  }

  async close(): Promise<void> {
    (await this.#db).close();
  }
}

function rowOf(message: KeptMessage): Row {
  const backwards = (LATEST - Math.max(0, Math.min(message.time, LATEST))).toString(36).padStart(DIGITS, "0");
  return { ...message, words: wordsOf(message.text).map((word) => `${word} ${backwards}`) };
}

function holdsAll(text: string, words: readonly string[]): boolean {
  const folded = fold(text);
  return words.every((word) => folded.includes(word));
}
