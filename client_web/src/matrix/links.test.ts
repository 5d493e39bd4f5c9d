import { describe, expect, it } from "vitest";
import { findLinks, matrixTo, mayOpen, misleads, parseMatrixLink, previewable } from "./links";

describe("Matrix links", () => {
  it.each([
    ["https://matrix.to/#/@bob:example.org", "user", "@bob:example.org"],
    ["https://matrix.to/#/%23hut%3Aexample.org", "alias", "#hut:example.org"],
    ["matrix:u/bob:example.org", "user", "@bob:example.org"],
    ["matrix:roomid/opaque?via=example.org", "room", "!opaque"],
  ])("%s is understood", (address, kind, identifier) => {
    expect(parseMatrixLink(address)).toMatchObject({ kind, identifier });
  });

  it.each([
    "https://matrix.to/#/bob",
    "https://evil.example/#/@bob:example.org",
    "https://matrix.to/#/@bob:example.org/$event",
    "https://matrix.to/#/%zz",
    "matrix:u/",
    "https://matrix.to/#/@b\u202eob:example.org",
  ])("%s is none", (address) => {
    expect(parseMatrixLink(address)).toBeUndefined();
  });

  it("are read as they are written", () => {
    const link = matrixTo("!room:example.org", "$event", ["example.org", "b.example"]);
    expect(parseMatrixLink(link)).toMatchObject({
      identifier: "!room:example.org",
      eventId: "$event",
      via: ["example.org", "b.example"],
    });
  });
});

describe("addresses in text", () => {
  it("end before the punctuation of their sentence", () => {
    const text = "See https://example.org/a_(b), (https://example.org/c) and www.example.org.";
    expect(findLinks(text).map((link) => text.slice(link.start, link.end))).toEqual([
      "https://example.org/a_(b)",
      "https://example.org/c",
      "www.example.org",
    ]);
  });

  it("include people and rooms by their ids", () => {
    expect(findLinks("ask @bob:example.org in #hut:example.org").map((link) => link.target)).toEqual([
      "https://matrix.to/#/@bob:example.org",
      "https://matrix.to/#/#hut:example.org",
    ]);
  });

  it("take little time, whatever the text", () => {
    const began = performance.now();
    findLinks("http://".repeat(8_000) + "(".repeat(8_000));
    findLinks(`https://x/${")".repeat(20_000)}`);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe("where a link leads", () => {
  it.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "https://",
    "https://a\u202e.example",
    "ftp://x",
  ])("%s is not opened", (address) => expect(mayOpen(address)).toBe(false));

  it("is told where its words say another host", () => {
    expect(misleads("https://bank.example", "https://evil.example")).toBe(true);
    expect(misleads("bank.example/login", "https://evil.example")).toBe(true);
    expect(misleads("www.bank.example", "https://bank.example/x")).toBe(false);
    expect(misleads("the bank", "https://evil.example")).toBe(false);
  });

  it("is previewed at most three times, and never where it leads into Matrix", () => {
    const links = [
      "https://a.example",
      "https://matrix.to/#/@b:example.org",
      "https://b.example",
      "https://c.example",
      "https://d.example",
    ];
    expect(previewable(links)).toEqual(["https://a.example", "https://b.example", "https://c.example"]);
  });
});
