import { asObject, type JsonObject } from "../shapes";
import type { Session } from "../types";

type Device = Pick<Session, "userId" | "deviceId">;

/** Keep the secrets that another device handed over until this one's client has taken them, over a reload too. */
export function handOver(device: Device, secrets: JsonObject): void {
  sessionStorage.setItem(keyOf(device), JSON.stringify(secrets));
}

/** Return what was handed over to a device; null where nothing was. */
export function handedOver(device: Device): JsonObject | null {
  const kept = sessionStorage.getItem(keyOf(device));
  return kept === null ? null : asObject(JSON.parse(kept));
}

/** They were taken, or are of no use. */
export function forgetHandedOver(device: Device): void {
  sessionStorage.removeItem(keyOf(device));
}

function keyOf({ userId, deviceId }: Device): string {
  return `parlour.handed_over ${userId} ${deviceId}`;
}
