import type { Session } from "./types";

/** What all databases of a session are called, so that they can be deleted with it. */
export function databaseName(session: Pick<Session, "userId" | "deviceId">, part: string): string {
  return `parlour:${session.userId}:${session.deviceId}:${part}`;
}

/** Tell whether rooms of a session have ever been stored. */
export async function isStored(session: Session): Promise<boolean> {
  const databases = await indexedDB.databases();
  return databases.some(({ name }) => name?.endsWith(databaseName(session, "sync")));
}

/** Delete everything that is stored of a session, whichever part stored it. */
export async function deleteStored(session: Session): Promise<void> {
  const mark = databaseName(session, "");
  const databases = await indexedDB.databases();
  const own = databases.map(({ name }) => name ?? "").filter((name) => name.includes(mark));
  await Promise.all(own.map(deleteDatabase));
  for (const key of Object.keys(localStorage)) {
    const isSdks = key.startsWith("mxjssdk_") && key.endsWith(session.userId);
    const isOfAccount = key.startsWith("parlour.") && key.endsWith(`.${session.userId}`);
    if (key.startsWith(mark) || isSdks || isOfAccount) localStorage.removeItem(key);
  }
}

/** Delete a database; one that somebody still has open goes when they let go. */
function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onblocked = () => resolve();
    request.onerror = () => reject(request.error ?? new Error(`${name} cannot be deleted`));
  });
}

/** Ask the browser to keep what is stored here even when it runs out of room; it may say no. */
export async function keepStored(): Promise<void> {
  await navigator.storage?.persist?.();
}
