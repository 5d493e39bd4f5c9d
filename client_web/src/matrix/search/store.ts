import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { fold, wordsOf } from "./words";

/** A message as the index keeps it. */
export interface KeptMessage {
  readonly id: string;
  readonly room: string;
  readonly sender: string;
  readonly time: number;
  readonly text: string;
}

interface Row extends KeptMessage {
  /** Each word, and behind it the time counted backwards: so a range over a word gives the newest first. */
  readonly words: readonly string[];
}

interface Schema extends DBSchema {
  messages: { key: string; value: Row; indexes: { words: string; room: string } };
}

/** So many messages with a word are looked at for the others. */
const MOST_CANDIDATES = 2_000;
const LATEST = 8_640_000_000_000_000;
const DIGITS = LATEST.toString(36).length;
const END = "\uffff";

/** Texts of messages by their words, in the browser's own storage. */
export class SearchStore {
  readonly #db: Promise<IDBPDatabase<Schema>>;

  constructor(name: string) {
    this.#db = openDB<Schema>(name, 1, {
      upgrade: (db) => {
        const messages = db.createObjectStore("messages", { keyPath: "id" });
        messages.createIndex("words", "words", { multiEntry: true });
        messages.createIndex("room", "room");
      },
    });
    // Whoever uses it hears of that; nobody may before it is used.
    this.#db.catch(() => undefined);
  }

  /** Keep messages, and forget others, in one go. */
  async write(kept: readonly KeptMessage[], forgotten: readonly string[]): Promise<void> {
    const transaction = (await this.#db).transaction("messages", "readwrite");
    const work: Promise<unknown>[] = kept.map((message) => transaction.store.put(rowOf(message)));
    for (const id of forgotten) work.push(transaction.store.delete(id));
    await Promise.all([...work, transaction.done]);
  }

  /** Return the newest messages that hold all of these words, each from its beginning. */
  async find(
    words: readonly string[],
    room: string | undefined,
    limit: number,
  ): Promise<readonly KeptMessage[]> {
    const keys = words.flatMap((word) => wordsOf(word));
    const longest = keys.reduce((best, key) => (key.length > best.length ? key : best), "");
    if (longest === "") return [];
    const found = new Map<string, KeptMessage>();
    const index = (await this.#db).transaction("messages").store.index("words");
    let looked = 0;
    for await (const cursor of index.iterate(IDBKeyRange.bound(longest, longest + END))) {
      looked += 1;
      const row = cursor.value;
      if ((room === undefined || row.room === room) && holdsAll(row.text, words)) found.set(row.id, row);
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
