import { asInteger } from "../shapes";
import {
  type ChangeItem,
  type EventItem,
  type FoldItem,
  isChange,
  isMessage,
  type TimelineItem,
} from "./values";

/** So many changes in a row are shown as one line. */
const FOLDED_FROM = 3;
const HOUR_MS = 3_600_000;
const MAX_MS = 8_640_000_000_000_000;

export interface Decoration {
  /** The event that was read last: the line above what is new comes after it. */
  readonly newAfter: string | null;
  /** There is more before the items, which is not loaded. */
  readonly hasOlder: boolean;
  readonly inThread: boolean;
}

/** What was made before, so that what is the same stays the same object. */
export interface DecorationCache {
  readonly folds: Map<string, FoldItem>;
  readonly separators: Map<string, TimelineItem>;
}

/** Put days and the line above what is new between items, fold changes that follow each other, make keys unique. */
export function decorate(
  items: readonly EventItem[],
  { newAfter, hasOlder, inThread }: Decoration,
  cache: DecorationCache,
): readonly TimelineItem[] {
  const newIndex = firstNew(items, newAfter);
  const shown: TimelineItem[] = [];
  const keys = new Set<string>();
  let day: number | null = null;
  let changes: ChangeItem[] = [];
  const push = (item: TimelineItem): void => {
    shown.push(unique(item, keys));
  };
  const unfold = (): void => {
    if (changes.length >= FOLDED_FROM) push(fold(changes, cache));
    else for (const change of changes) push(change);
    changes = [];
  };
  if (!hasOlder && !inThread) push(separator("beginning", "beginning", items[0]?.atMs ?? 0, cache));
  items.forEach((item, index) => {
    const start = dayStart(item.atMs);
    if (start !== day || index === newIndex) unfold();
    if (start !== day) {
      day = start;
      // The day may begin before. Its line would be another row's with each page, and what is in sight go with it.
      if (index > 0 || !hasOlder) push(separator("day", `day:${start}`, start, cache));
    }
    if (index === newIndex) push(separator("new", "new", item.atMs, cache));
    if (isChange(item) && item.kind !== "verification" && item.kind !== "call") changes.push(item);
    else {
      if (item.kind !== "unknown") unfold();
      push(item);
    }
  });
  unfold();
  return shown;
}

/** Give the beginning of a moment's day, here. */
export function dayStart(atMs: number): number {
  const quarter = Math.floor(atMs / (HOUR_MS / 4)); // offsets from UTC are multiples of a quarter of an hour
  const known = days.get(quarter);
  if (known !== undefined) return known;
  const moment = new Date(Math.min(Math.max(asInteger(atMs), -MAX_MS), MAX_MS));
  const start = new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
  if (days.size > 5_000) days.clear();
  days.set(quarter, start);
  return start;
}

const days = new Map<number, number>();

function firstNew(items: readonly EventItem[], newAfter: string | null): number {
  if (newAfter === null) return -1;
  const read = items.findLastIndex((item) => item.eventId === newAfter);
  if (read < 0) return -1;
  return items.findIndex((item, index) => index > read && !item.isOwn && isMessage(item));
}

function fold(changes: readonly ChangeItem[], cache: DecorationCache): FoldItem {
  // By its last: earlier ones join it when they are loaded, and it stays where it is on the screen.
  const key = `fold:${changes.at(-1)!.key}`;
  const before = cache.folds.get(key);
  if (
    before?.changes.length === changes.length &&
    changes.every((change, index) => change === before.changes[index])
  ) {
    return before;
  }
  const made: FoldItem = { kind: "fold", key, atMs: changes[0]!.atMs, changes };
  cache.folds.set(key, made);
  return made;
}

function separator(
  kind: "day" | "new" | "beginning",
  key: string,
  atMs: number,
  { separators }: DecorationCache,
): TimelineItem {
  const before = separators.get(key);
  if (before !== undefined && before.atMs === atMs) return before;
  const made: TimelineItem = { kind, key, atMs };
  separators.set(key, made);
  return made;
}

/** Let no two items have one key: a day may come twice where times are disordered. */
function unique(item: TimelineItem, keys: Set<string>): TimelineItem {
  if (!keys.has(item.key)) {
    keys.add(item.key);
    return item;
  }
  let count = 1;
  while (keys.has(`${item.key}#${count}`)) count += 1;
  keys.add(`${item.key}#${count}`);
  return { ...item, key: `${item.key}#${count}` };
}
