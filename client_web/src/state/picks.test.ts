import { expect, it } from "vitest";
import type { MessageItem } from "../matrix/timeline/values";
import { canForward, canRemove, Picks, pickedOf, textOf } from "./picks";

function message(key: string, more: Partial<Record<string, unknown>> = {}): MessageItem {
  const about = { kind: "text", key, eventId: `$${key}`, body: key, atMs: 0 };
  return { ...about, sender: { name: "Ada" }, can: { redact: true }, ...more } as unknown as MessageItem;
}

const ITEMS = [message("one"), message("two"), message("three")];

it("what is picked stands in the order of the messages, and what is gone is not in it", () => {
  const picks = new Picks();
  for (const key of ["three", "one", "two", "gone"]) picks.toggle(key);
  picks.toggle("two");
  expect(pickedOf(ITEMS, picks.keys.get()).map((item) => item.key)).toEqual(["one", "three"]);
  picks.clear();
  expect(picks.keys.get()).toBeNull();
});

it("no more than a hundred are picked", () => {
  const picks = new Picks();
  for (let key = 0; key < 120; key += 1) picks.toggle(`${key}`);
  expect(picks.keys.get()?.size).toBe(100);
});

it("all have to be there to be sent on, and all to be removable to be removed", () => {
  expect([canForward([]), canRemove([])]).toEqual([false, false]);
  expect([canForward(ITEMS), canRemove(ITEMS)]).toEqual([true, true]);
  expect(canForward([...ITEMS, message("x", { kind: "redacted" })])).toBe(false);
  expect(canRemove([...ITEMS, message("x", { can: { redact: false } })])).toBe(false);
  expect(canForward([message("x", { eventId: null })])).toBe(false);
});

it("one is copied as it is, several with who said them and when", () => {
  expect(textOf([message("one")])).toBe("one");
  const picture = message("x", { body: "", media: { name: "door.png" } });
  expect(textOf([message("one"), picture])).toMatch(/^\[.+\] Ada: one\n\[.+\] Ada: door\.png$/);
});
