import { describe, expect, it } from "vitest";
import { asksNothing, type Candidate, fulfils, hasConditions, parseQuery } from "./query";

const MESSAGE: Candidate = {
  sender: "@ada:x.example",
  senderName: "Ada Löwe",
  roomNames: ["Mountain hut", "#hut:x.example"],
  time: new Date(2026, 0, 15, 12).getTime(),
  kinds: ["image"],
};

describe("what somebody looks for", () => {
  it("is words and conditions, in any order", () => {
    const query = parseQuery('roof from:@ada:x.example "two hours" in:hut has:image before:2026-02-01');
    expect(query.words).toEqual(["roof", "two hours"]);
    expect(query.text).toBe('roof "two hours"');
    expect(query).toMatchObject({ from: ["@ada:x.example"], rooms: ["hut"], has: ["image"] });
    expect(query.beforeMs).toBe(new Date(2026, 1, 1).getTime());
  });

  it("keeps as words what only looks like a condition", () => {
    expect(parseQuery("has:luck before:noon 12:30 after:2026-02-31").words).toEqual([
      "has:luck",
      "before:noon",
      "12:30",
      "after:2026-02-31",
    ]);
    expect(hasConditions(parseQuery("has:luck"))).toBe(false);
  });

  it("may be conditions alone, or nothing", () => {
    expect(asksNothing(parseQuery("has:link"))).toBe(false);
    expect(asksNothing(parseQuery("  "))).toBe(true);
  });
});

describe("a message", () => {
  const holds = (typed: string) => fulfils(parseQuery(typed), MESSAGE);

  it("is from somebody by a part of the name, or by the whole id", () => {
    expect(holds("from:lowe")).toBe(true);
    expect(holds("from:@ada")).toBe(true);
    expect(holds("from:@ada:x.example")).toBe(true);
    expect(holds("from:@ada:y.example")).toBe(false);
    expect(holds("from:ben from:ada")).toBe(true);
  });

  it("is where the name of its room says", () => {
    expect(holds('in:"mountain hut"')).toBe(true);
    expect(holds("in:cellar")).toBe(false);
  });

  it("is of its kind and time", () => {
    expect(holds("has:image")).toBe(true);
    expect(holds("has:image has:link")).toBe(false);
    expect(holds("after:2026-01-15 before:2026-01-16")).toBe(true);
    expect(holds("before:2026-01-15")).toBe(false);
    expect(holds("after:2026-01-16")).toBe(false);
  });
});
