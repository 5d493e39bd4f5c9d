import type { JsonObject } from "../shapes";
import type { Session } from "../types";

/**
 * Secrets that another device handed over, until the account's client is open and takes them. They are in memory
 * alone: who reloads the page in between verifies the device in another way.
 */
const waiting = new Map<string, JsonObject>();

/** Keep them for the client of a session that is about to be opened. */
export function handOver(session: Session, secrets: JsonObject): void {
  waiting.set(`${session.userId} ${session.deviceId}`, secrets);
}

/** Return what was handed over to a device, once; null where nothing was. */
export function takeHandedOver(session: Session): JsonObject | null {
  const key = `${session.userId} ${session.deviceId}`;
  const secrets = waiting.get(key) ?? null;
  waiting.delete(key);
  return secrets;
}
