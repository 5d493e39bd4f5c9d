import { expect, it } from "vitest";
import { together } from "./usePeopleSearch";

const person = (userId: string, name = userId) => ({ userId, name, avatar: null });

it("puts those one knows before those the server finds, each once", () => {
  const known = [person("@dora:x", "Dora"), person("@carol:x", "Carol")];
  const there = [person("@carol:x", "Carol"), person("@caro:y", "Caro")];
  expect(together("caro", known, there).map(({ userId }) => userId)).toEqual(["@carol:x", "@caro:y"]);
});

it("always offers an id that was typed in full", () => {
  expect(together("@new:example.org", [], []).map(({ userId }) => userId)).toEqual(["@new:example.org"]);
  expect(together("@new", [], [])).toEqual([]);
});
