import { asInteger, asObjects, type JsonObject } from "../shapes";

/** A part of a list, and how long the list is. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
}

/** How many rows a page of a list has. */
export const PAGE_SIZE = 50;

/** Read one page of a list. */
export function readPage<T>(body: JsonObject, key: string, read: (item: JsonObject) => T): Page<T> {
  const items = asObjects(body[key]).map(read);
  const total = body.total ?? body.total_rooms;
  return { items, total: Math.max(asInteger(total), items.length) };
}

/** Read a number that may be missing; fractions are fine. */
export function asNumber(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
