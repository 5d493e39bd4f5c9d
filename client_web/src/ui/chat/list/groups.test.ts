import { expect, it } from "vitest";
import type { TextItem } from "../../../matrix/timeline/values";
import { beginsGroup } from "./groups";

const message = (changes: Partial<TextItem>): TextItem =>
  ({ kind: "text", atMs: 0, sender: { id: "@bob:example.org" }, ...changes }) as TextItem;

it("one person's messages share a head for five minutes", () => {
  expect(beginsGroup(message({ atMs: 299_000 }), message({}))).toBe(false);
  expect(beginsGroup(message({ atMs: 300_000 }), message({}))).toBe(true);
  expect(beginsGroup(message({ atMs: -1 }), message({}))).toBe(true);
});

it("another person, an emote and the first message have their own", () => {
  const other = message({ sender: { id: "@eve:example.org", name: "Eve", avatar: null } });
  expect(beginsGroup(other, message({}))).toBe(true);
  expect(beginsGroup(message({}), message({ kind: "emote" }))).toBe(true);
  expect(beginsGroup(message({}), undefined)).toBe(true);
});
