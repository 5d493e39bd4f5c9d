import type { DeviceRecord } from "../../matrix/account";
import type { DeviceKeys } from "../../matrix/crypto";
import { t } from "../../words";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const ACTIVE_MS = 5 * MINUTE_MS;
const PHONES = ["android", "ios", "iphone", "ipad", "element x", "schildi", "fluffychat"];
const BROWSERS = ["web", "firefox", "chrom", "safari", "edge", "opera", "http"];

/** One device as a page shows it. */
export interface DeviceRow {
  readonly deviceId: string;
  readonly name: string;
  /** From where and when it was last seen. */
  readonly detail: string;
  readonly icon: string;
  readonly own: boolean;
  readonly verified: boolean;
  /** It has keys and is not verified yet. */
  readonly canVerify: boolean;
  readonly dehydrated: boolean;
  /** Its fingerprint in groups of four; empty where it cannot encrypt. */
  readonly key: string;
}

/** Join what the server tells of a device with what is known of its keys. */
export function deviceRow(record: DeviceRecord, keys: DeviceKeys | undefined, nowMs: number): DeviceRow {
  const dehydrated = keys?.dehydrated ?? false;
  return {
    deviceId: record.deviceId,
    name: record.name || t("settings.devices_unnamed"),
    detail: dehydrated ? t("settings.devices_dehydrated") : detailOf(record, nowMs),
    icon: iconOf(record.name),
    own: record.own,
    verified: keys?.verified ?? false,
    canVerify: keys !== undefined && !keys.verified && !record.own,
    dehydrated,
    key: grouped(keys?.key ?? ""),
  };
}

/** Write a key in groups of four, as people compare it. */
export function grouped(key: string): string {
  return key.match(/.{1,4}/g)?.join(" ") ?? "";
}

/** Say how long ago something was, roughly. */
export function lastSeenText(ageMs: number): string {
  if (ageMs < ACTIVE_MS) return t("settings.devices_active_now");
  if (ageMs < HOUR_MS) return t("settings.time_minutes", { n: Math.floor(ageMs / MINUTE_MS) });
  if (ageMs < DAY_MS) return t("settings.time_hours", { n: Math.floor(ageMs / HOUR_MS) });
  if (ageMs < 2 * DAY_MS) return t("settings.time_yesterday");
  return t("settings.time_days", { n: Math.floor(ageMs / DAY_MS) });
}

function detailOf(record: DeviceRecord, nowMs: number): string {
  return [record.lastSeenIp, seenText(record, nowMs)].filter((part) => part !== "").join(" · ");
}

function seenText({ own, lastSeenMs }: DeviceRecord, nowMs: number): string {
  if (own) return t("settings.devices_active_now");
  if (lastSeenMs === null) return t("settings.devices_unknown_time");
  return lastSeenText(Math.max(0, nowMs - lastSeenMs));
}

function iconOf(name: string): string {
  const folded = name.toLowerCase();
  if (PHONES.some((phone) => folded.includes(phone))) return "smartphone";
  return BROWSERS.some((browser) => folded.includes(browser)) ? "globe" : "monitor";
}
