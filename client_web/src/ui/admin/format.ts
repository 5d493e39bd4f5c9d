import { readersLocale, t } from "../../words";

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A number and its unit, so that they can be shown in different sizes. */
export interface Measure {
  readonly value: string;
  readonly unit: string;
}

/** A size, in powers of 1000, with at most one digit behind the point. */
export function bytesMeasure(bytes: number): Measure {
  let [value, unit] = [Math.max(0, bytes), 0];
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return { value: number(value, unit === 0 || value >= 100 ? 0 : 1), unit: UNITS[unit] ?? "B" };
}

export function bytesText(bytes: number): string {
  const { value, unit } = bytesMeasure(bytes);
  return `${value} ${unit}`;
}

/** A number as the reader writes it. */
export function number(value: number, digits = 0): string {
  return value.toLocaleString(readersLocale(), { maximumFractionDigits: digits });
}

/** A rate: small ones with a digit behind the point. */
export function rateText(perSecond: number): string {
  return number(perSecond, perSecond > 0 && perSecond < 10 ? 1 : 0);
}

/** A span of time, roughly: ms, s, min, h or days. */
export function spanText(ms: number): string {
  if (ms < 1_000) return t("admin.span.ms", number(ms, ms < 10 ? 1 : 0));
  if (ms < MINUTE_MS) return t("admin.span.seconds", number(ms / 1000));
  if (ms < HOUR_MS) return t("admin.span.minutes", number(ms / MINUTE_MS));
  if (ms < DAY_MS) return t("admin.span.hours", number(ms / HOUR_MS));
  return t("admin.span.days", { n: Math.round(ms / DAY_MS) });
}

/** How long ago something was; `null` was never. */
export function sinceText(atMs: number | null, nowMs = Date.now()): string {
  if (atMs === null || atMs <= 0) return t("admin.never");
  const span = nowMs - atMs;
  return span < 1_500 ? t("main.ago.now") : t("admin.ago", spanText(span));
}

/** When something will be. */
export function untilText(atMs: number, nowMs = Date.now()): string {
  return atMs <= nowMs ? t("main.ago.now") : t("admin.in", spanText(atMs - nowMs));
}

/** The day of a time, short. */
export function dayText(atMs: number): string {
  return new Date(atMs).toLocaleDateString(readersLocale(), {
    year: "numeric",
    month: "short",
    day: "numeric",
  });
}

/** The day and the minute of a time. */
export function fullDate(atMs: number): string {
  return new Date(atMs).toLocaleString(readersLocale(), { dateStyle: "medium", timeStyle: "short" });
}
