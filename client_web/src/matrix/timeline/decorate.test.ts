import { expect, it } from "vitest";
import { type Decoration, decorate } from "./decorate";
import type { ChangeItem, EventItem, TextItem } from "./values";

const BOB = { id: "@bob:example.org", name: "Bob", avatar: null };
const NOON = new Date(2026, 10, 23, 12).getTime();

function text(key: string, changes: Partial<TextItem> = {}): EventItem {
  return {
    kind: "text",
    key,
    eventId: key,
    atMs: NOON,
    sender: BOB,
    isOwn: false,
    body: key,
    ...changes,
  } as TextItem;
}

function change(key: string): EventItem {
  return {
    kind: "state",
    key,
    eventId: key,
    atMs: NOON,
    sender: BOB,
    isOwn: false,
    word: "room_named",
    args: [],
  } as unknown as ChangeItem;
}

const cache = () => ({ folds: new Map(), separators: new Map() });
const plain = { newAfter: null, hasOlder: false, inThread: true };
const kinds = (items: readonly EventItem[], changes: Partial<Decoration> = {}) =>
  decorate(items, { ...plain, ...changes }, cache()).map((item) => item.kind);

it("puts a day above the first message of each", () => {
  const tomorrow = text("$2", { atMs: NOON + 86_400_000 });
  expect(kinds([text("$1"), tomorrow])).toEqual(["day", "text", "day", "text"]);
});

it("says where a room begins, and no day above what may not begin it", () => {
  const items = [text("$1"), text("$2", { atMs: NOON + 86_400_000 })];
  expect(kinds(items, { inThread: false })).toEqual(["beginning", "day", "text", "day", "text"]);
  expect(kinds(items, { inThread: false, hasOlder: true })).toEqual(["text", "day", "text"]);
});

it("puts the line above the first message of somebody else after what was read", () => {
  const items = [text("$1"), text("$2", { isOwn: true }), text("$3")];
  expect(kinds(items, { newAfter: "$1" })).toEqual(["day", "text", "text", "new", "text"]);
  expect(kinds(items, { newAfter: "$3" })).toEqual(["day", "text", "text", "text"]);
  expect(kinds(items, { newAfter: "$gone" })).toEqual(["day", "text", "text", "text"]);
});

it("folds changes that follow each other, from three on", () => {
  expect(kinds([change("$1"), change("$2"), text("$3")])).toEqual(["day", "state", "state", "text"]);
  expect(kinds([change("$1"), change("$2"), change("$3"), text("$4")])).toEqual(["day", "fold", "text"]);
});

it("keeps a fold the same object while nothing in it changes", () => {
  const kept = cache();
  const items = [change("$1"), change("$2"), change("$3")];
  const once = decorate(items, plain, kept);
  const again = decorate([...items, text("$4")], plain, kept);
  expect(again[1]).toBe(once[1]);
  expect(again[0]).toBe(once[0]);
});

it("lets no two rows have one key", () => {
  const items = [text("$1"), text("$2", { atMs: NOON + 86_400_000 }), text("$1"), text("$3")];
  const keys = decorate(items, { ...plain, inThread: false }, cache()).map((item) => item.key);
  expect(new Set(keys).size).toBe(keys.length);
});

it("shows times that no calendar has", () => {
  expect(kinds([text("$1", { atMs: Number.MAX_SAFE_INTEGER })])).toEqual(["day", "text"]);
});
