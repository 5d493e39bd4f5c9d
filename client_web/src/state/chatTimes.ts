import { readersLocale, t } from "../words";
import { daysBetween } from "./times";

/** Hours and minutes. */
export function clockTime(atMs: number): string {
  return formatted(atMs, { hour: "2-digit", minute: "2-digit" });
}

/** Today, Yesterday, the weekday within a week, else the date; with the year where it is another one. */
export function dayText(atMs: number, nowMs = Date.now()): string {
  const days = daysBetween(atMs, nowMs);
  if (days === 0) return t("main.day.today");
  if (days === 1) return t("main.day.yesterday");
  if (days > 1 && days < 7) return formatted(atMs, { weekday: "long" });
  const isThisYear = new Date(atMs).getFullYear() === new Date(nowMs).getFullYear();
  return formatted(atMs, { day: "numeric", month: "long", ...(isThisYear ? {} : { year: "numeric" }) });
}

/** Minutes and seconds: `1:05`; with hours only where there are some. */
export function durationText(durationMs: number): string {
  const seconds = Math.floor(Math.max(0, durationMs) / 1_000);
  const two = (value: number): string => `${value}`.padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** Bytes as people read them; empty where the size is not known. */
export function sizeText(bytes: number | undefined): string {
  if (bytes === undefined) return "";
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = Math.min(units.length - 1, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1_000)));
  const value = bytes / 1_000 ** step;
  const options = {
    style: "unit",
    unit: units[step]!,
    // In short, one and many bytes are the same "byte".
    unitDisplay: step ? "short" : "long",
    maximumFractionDigits: step ? 1 : 0,
  } as const;
  return new Intl.NumberFormat(readersLocale(), options).format(value);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatted(atMs: number, options: Intl.DateTimeFormatOptions): string {
  const locale = readersLocale();
  const key = `${locale} ${Object.entries(options).join()}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, format);
  return format.format(Math.max(-8.64e15, Math.min(atMs, 8.64e15)));
}
