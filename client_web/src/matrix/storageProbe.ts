import { openDB } from "idb";
import { isStorageFull } from "./errors";
import { databaseName } from "./store";
import type { Session } from "./types";

const STORE = "probe";
/** What a message or two need; noise, since databases press what repeats itself. */
const PROBE_BYTES = 64 * 1024;

/**
 * Find out whether there is room for more, by storing a little. Browsers do not tell otherwise: what they say of
 * free room is the same for everybody.
 */
export async function hasRoom(session: Session): Promise<boolean> {
  try {
    const database = await openDB(databaseName(session, STORE), 1, {
      upgrade: (made) => void made.createObjectStore(STORE),
    });
    try {
      await database.put(STORE, crypto.getRandomValues(new Uint8Array(PROBE_BYTES)), STORE);
      await database.delete(STORE, STORE);
    } finally {
      database.close();
    }
    return true;
  } catch (error) {
    if (!isStorageFull(error)) console.warn(error);
    return false;
  }
}
