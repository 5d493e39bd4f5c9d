import { describe, expect, it } from "vitest";
import { cleanLines, oneLine, safeName, serverOf } from "./names";

describe("names that strangers choose", () => {
  it("lose what turns the direction of writing", () => {
    expect(safeName("\u202egnp.exe\u2066")).toBe("gnp.exe");
  });

  it("fall back where nothing can be seen", () => {
    expect(safeName(" \u200b\u3164 ", "@eve:example.org")).toBe("@eve:example.org");
    expect(safeName({ toString: () => "x" }, "nobody")).toBe("nobody");
  });

  it("keep letters of every script and emoji", () => {
    expect(safeName("  Żółć  العربية 👋🏽 ")).toBe("Żółć العربية 👋🏽");
  });

  it("are never longer than a name may be, nor pile up marks", () => {
    expect([...safeName("👋".repeat(400))]).toHaveLength(255);
    expect(safeName(`Z${"\u0301".repeat(60)}`)).toHaveLength(5);
  });
});

describe("lines", () => {
  it("are cut at a word", () => {
    expect(oneLine("one two three\nfour", 12)).toBe("one two…");
  });

  it("keep their breaks where there may be several", () => {
    expect(cleanLines("a \u202eb\n\n c\t d ")).toBe("a b\n\nc d");
  });
});

it("knows the server of an id that has one", () => {
  expect(serverOf("@a:example.org:8448")).toBe("example.org:8448");
  expect(serverOf("!opaque")).toBe("");
});
