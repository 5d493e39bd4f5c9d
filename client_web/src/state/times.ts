import { currentLanguage, readersLocale, t } from "../words";

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** As short as a list needs it: the time of today, a weekday, a date; empty for no time. */
export function listTime(atMs: number, nowMs = Date.now()): string {
  if (atMs <= 0) return "";
  const days = daysBetween(atMs, nowMs);
  if (days <= 0) return format(atMs, "clock", { timeStyle: "short" });
  if (days < 7) return format(atMs, "weekday", { weekday: "short" });
  return format(atMs, "date", { day: "2-digit", month: "2-digit", year: "2-digit" });
}

/** How long ago, roughly: now, minutes, hours, else the day. */
export function agoText(atMs: number, nowMs = Date.now()): string {
  const minutes = Math.floor(Math.max(0, nowMs - atMs) / 60_000);
  if (minutes < 1) return t("main.ago.now");
  if (minutes < 60) return t("main.ago.minutes", { n: minutes });
  if (minutes < 24 * 60) return t("main.ago.hours", { n: Math.floor(minutes / 60) });
  return listTime(atMs, nowMs);
}

/** Date and time in full, for what explains. */
export function fullTime(atMs: number): string {
  return format(atMs, "full", { dateStyle: "long", timeStyle: "short" });
}

/** Calendar days from one moment to another. */
export function daysBetween(fromMs: number, toMs: number): number {
  return Math.round((startOfDay(toMs) - startOfDay(fromMs)) / DAY_MS);
}

function startOfDay(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0);
}

function format(atMs: number, name: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${currentLanguage()} ${name}`;
  let made = formats.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(readersLocale(), options);
    formats.set(key, made);
  }
  return made.format(Math.max(-8.64e15, Math.min(atMs, 8.64e15)));
}
