import { isMessage, type MessageItem, type TimelineItem } from "../matrix/timeline/values";
import { MutableValue, type Value } from "../matrix/value";
import { fullTime } from "./times";

const MOST = 100;

/** What is picked; null while nothing is being picked at all. */
export type Picked = ReadonlySet<string> | null;

/** Several messages picked at once: to copy, forward or remove them together. They are named by their keys. */
export class Picks {
  readonly #keys = new MutableValue<Picked>(null);

  get keys(): Value<Picked> {
    return this.#keys;
  }

  /** Pick a message, or leave it out again; the first one begins. */
  toggle(key: string): void {
    const next = new Set(this.#keys.get());
    if (!next.delete(key) && next.size < MOST) next.add(key);
    this.#keys.set(next);
  }

  /** Pick no more. */
  clear(): void {
    this.#keys.set(null);
  }
}

/** Return the messages that are picked and still here, in their own order. */
export function pickedOf(items: readonly TimelineItem[], keys: Picked): readonly MessageItem[] {
  return items.filter(isMessage).filter((item) => keys?.has(item.key));
}

/** Tell whether all of them can be sent on. */
export function canForward(items: readonly MessageItem[]): boolean {
  return (
    items.length > 0 &&
    items.every((item) => item.eventId !== null && item.kind !== "redacted" && item.kind !== "undecryptable")
  );
}

/** Tell whether all of them can be removed. */
export function canRemove(items: readonly MessageItem[]): boolean {
  return items.length > 0 && items.every((item) => item.eventId !== null && item.can.redact);
}

/** Return what they say: of several, each with who said it and when. */
export function textOf(items: readonly MessageItem[]): string {
  const [first] = items;
  if (items.length === 1 && first) return first.body;
  return items.map((item) => `[${fullTime(item.atMs)}] ${item.sender.name}: ${said(item)}`).join("\n");
}

function said(item: MessageItem): string {
  return item.body || ("media" in item ? (item.media.name ?? "") : "");
}
