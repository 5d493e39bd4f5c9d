import { describe, expect, it } from "vitest";
import { literal, matchingCommands, parseCommand } from "./commands";
import { rainbow } from "./textCommands";

describe("slash commands", () => {
  it("are read with what follows them", () => {
    expect(parseCommand("/kick [Bob](https://matrix.to/#/@bob:example.org) too loud")).toMatchObject({
      spec: { name: "kick" },
      args: { user: "@bob:example.org", words: "too loud" },
    });
    expect(parseCommand("/join #hut:example.org")).toMatchObject({ args: { room: "#hut:example.org" } });
    expect(parseCommand("/j !opaque")).toMatchObject({ spec: { name: "join" } });
    expect(parseCommand("/op @a:b.c -5")).toMatchObject({ args: { number: "-5" } });
  });

  it.each([
    ["/nonsense", "unknown"],
    ["/kick", "missing"],
    ["/kick bob", "user"],
    ["/join hut", "room"],
    ["/jumptodate 2024-02-31", "date"],
    ["/op @a:b.c many", "number"],
    ["/markread now", "too_much"],
  ])("%s says what is wrong with it: %s", (text, word) => {
    expect(parseCommand(text)).toMatchObject({ kind: "mistake", word });
  });

  it.each(["hello", "/usr/bin/env", "//me", "/ me", "/123"])("%s is text", (text) => {
    expect(parseCommand(text)).toBeUndefined();
  });

  it("are sent as text with two slashes", () => {
    expect(literal("//me waves")).toBe("/me waves");
  });

  it("are found by their other names", () => {
    expect(matchingCommands("que").map((spec) => spec.name)).toEqual(["dm"]);
  });
});

it("colours a rainbow without letting anything through", () => {
  expect(rainbow("<b>")).toMatch(/^<span data-mx-color="#[0-9a-f]{6}">&#60;<\/span>/);
});
