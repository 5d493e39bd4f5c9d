import { IndexedDBStore } from "matrix-js-sdk";
import type { StorageState } from "./client";
import { isStorageFull } from "./errors";
import { hasRoom } from "./storageProbe";
import { databaseName } from "./store";
import type { Session } from "./types";
import { MutableValue, type Value } from "./value";

/** Rooms and their newest messages, as the SDK keeps them from one start to the next. */
export interface SyncStore {
  readonly store: IndexedDBStore;
  readonly state: Value<StorageState>;
  /** Open it, once a client has it. Where the browser refuses, everything stays in memory. */
  connect(): Promise<void>;
  /** Write down what is new, and close it. */
  close(): Promise<void>;
}

/** How often it is looked whether there is room left: keys and messages are stored all the time. */
const LOOK_MS = 30_000;
/** The first time when most of what a start stores has been stored. */
const FIRST_LOOK_MS = 4_000;

/** How long the last writing may take; what is not written comes from the server again. */
const LAST_SAVE_MS = 3_000;

/** Make the store of a session. It is written every few minutes, and when nobody looks at the page any more. */
export function openSyncStore(session: Session): SyncStore {
  const state = new MutableValue<StorageState>("kept");
  const store = new IndexedDBStore({
    indexedDB,
    dbName: databaseName(session, "sync"),
    localStorage,
    workerFactory: () => new Worker(new URL("./storeWorker.ts", import.meta.url), { type: "module" }),
  });
  // What waits to be sent the outbox keeps, in encrypted rooms, too.
  store.setPendingEvents = async () => undefined;
  store.getPendingEvents = async () => [];
  let isDegraded = false;
  const lose = (error: unknown): void => {
    isDegraded = true;
    state.set(isStorageFull(error) ? "full" : "refused");
  };
  store.on("degraded", lose);
  store.on("closed", () => lose(null));
  const look = async (): Promise<void> => {
    const isRoom = await hasRoom(session);
    if (state.get() !== "refused") state.set(isRoom && !isDegraded ? "kept" : "full");
  };
  let looking: ReturnType<typeof setInterval>;
  let first: ReturnType<typeof setTimeout>;
  const save = (): void => {
    if (document.visibilityState === "hidden") void store.save(true);
  };
  return {
    store,
    state,
    async connect() {
      looking = setInterval(() => void look(), LOOK_MS);
      first = setTimeout(() => void look(), FIRST_LOOK_MS);
      try {
        await store.startup();
        document.addEventListener("visibilitychange", save);
      } catch (error) {
        lose(error);
      }
    },
    async close() {
      clearInterval(looking);
      clearTimeout(first);
      document.removeEventListener("visibilitychange", save);
      // A database without room may never say that it could not write.
      await Promise.race([store.save(true), pause(LAST_SAVE_MS)]);
      await store.destroy();
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
