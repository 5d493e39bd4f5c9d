/** Reading JSON that others wrote: every field may be missing, of another type, or far too long. */

export type JsonValue = string | number | boolean | null | undefined | JsonObject | readonly unknown[];
export interface JsonObject {
  readonly [key: string]: unknown;
}

const EMPTY: JsonObject = Object.freeze({});

/** Return the value if it is an object that is no list, otherwise an empty one. */
export function asObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : EMPTY;
}

/** Return the value if it is a list, otherwise an empty one. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Return at most `limit` characters of the value if it is text, otherwise the fallback. */
export function asText(value: unknown, limit = 65_536, fallback = ""): string {
  if (typeof value !== "string") return fallback;
  return value.length > limit ? value.slice(0, limit) : value;
}

/** Return those entries of a list that are text. */
export function asTexts(value: unknown): readonly string[] {
  return asList(value).filter((entry): entry is string => typeof entry === "string");
}

/** Return those entries of a list that are objects. */
export function asObjects(value: unknown): readonly JsonObject[] {
  return asList(value).filter(
    (entry) => typeof entry === "object" && entry !== null && !Array.isArray(entry),
  ) as JsonObject[];
}

/** Return the value if it is a whole number that can be counted exactly, otherwise the fallback. */
export function asInteger(value: unknown, fallback = 0): number {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : fallback;
}

/** Return a number above zero, rounded down; nothing for anything else. */
export function asPositive(value: unknown): number | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const whole = Math.floor(value);
  return whole > 0 && Number.isSafeInteger(whole) ? whole : undefined;
}
