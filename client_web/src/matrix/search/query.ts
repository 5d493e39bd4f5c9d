/** What somebody looks for: words, and conditions such as `from:ada has:link before:2026-01-31`. */

import { fold, parseWords } from "./words";

export const KINDS = ["image", "video", "audio", "file", "link"] as const;
export type Kind = (typeof KINDS)[number];

export interface Query {
  /** All of them have to be there; folded. */
  readonly words: readonly string[];
  /** The words as they were typed, for a server. */
  readonly text: string;
  /** Who wrote it: a part of the name, or the whole user id; folded. One of them is enough. */
  readonly from: readonly string[];
  /** Where: a part of the room's name or address; folded. One of them is enough. */
  readonly rooms: readonly string[];
  /** What it has to be or hold; all of them. */
  readonly has: readonly Kind[];
  /** From the beginning of that day on, in ms. */
  readonly afterMs: number;
  /** Before the beginning of that day, in ms. */
  readonly beforeMs: number;
}

/** What conditions are asked about. */
export interface Candidate {
  readonly sender: string;
  readonly senderName: string;
  readonly roomNames: readonly string[];
  readonly time: number;
  readonly kinds: readonly string[];
}

const CONDITION = /(?<![^\s])(from|in|has|before|after):("[^"]*"|\S+)/giu;
const DAY = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const MOST = 10;

/** Read what was typed. A condition that says nothing we know is a word like any other. */
export function parseQuery(typed: string): Query {
  const found = { from: [] as string[], rooms: [] as string[], has: [] as Kind[] };
  let [afterMs, beforeMs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const text = typed.slice(0, 1_000).replace(CONDITION, (whole, name: string, quoted: string) => {
    const value = quoted.replace(/^"|"$/g, "").trim();
    const day = dayOf(value);
    const kind = KINDS.find((each) => each === value.toLowerCase());
    switch (name.toLowerCase()) {
      case "from":
        found.from.push(fold(value));
        return "";
      case "in":
        found.rooms.push(fold(value));
        return "";
      case "has":
        if (kind !== undefined) found.has.push(kind);
        return kind === undefined ? whole : "";
      case "after":
        afterMs = day ?? afterMs;
        return day === undefined ? whole : "";
      default:
        beforeMs = day ?? beforeMs;
        return day === undefined ? whole : "";
    }
  });
  return {
    words: parseWords(text),
    text: text.replace(/\s+/gu, " ").trim(),
    from: found.from.slice(0, MOST),
    rooms: found.rooms.slice(0, MOST),
    has: [...new Set(found.has)],
    afterMs,
    beforeMs,
  };
}

/** Whether it asks for anything at all. */
export function asksNothing(query: Query): boolean {
  return query.words.length === 0 && !hasConditions(query);
}

/** Whether it asks for more than words. */
export function hasConditions({ from, rooms, has, afterMs, beforeMs }: Query): boolean {
  const isTimed = Number.isFinite(afterMs) || Number.isFinite(beforeMs);
  return from.length > 0 || rooms.length > 0 || has.length > 0 || isTimed;
}

/** Whether a message fulfils the conditions; its words are not looked at. */
export function fulfils(query: Query, message: Candidate): boolean {
  const { from, rooms, has, afterMs, beforeMs } = query;
  const isFrom = from.some((who) => isPerson(who, message.sender, fold(message.senderName)));
  const isIn = rooms.some((name) => message.roomNames.some((each) => fold(each).includes(name)));
  return (
    (from.length === 0 || isFrom) &&
    (rooms.length === 0 || isIn) &&
    has.every((kind) => message.kinds.includes(kind)) &&
    message.time >= afterMs &&
    message.time < beforeMs
  );
}

/** A whole id means one person, everything else a part of what somebody is called. */
function isPerson(who: string, userId: string, name: string): boolean {
  if (who.startsWith("@") && who.includes(":")) return fold(userId) === who;
  return name.includes(who) || fold(userId).split(":", 1)[0]!.includes(who);
}

function dayOf(value: string): number | undefined {
  const [, year, month, day] = DAY.exec(value)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 ? date.getTime() : undefined;
}
