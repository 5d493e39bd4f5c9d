import { expect, it } from "vitest";
import { isRow, replyTarget, type TimelineEvent } from "./event";

const event = (type: string, relatesTo = {}): TimelineEvent =>
  ({ type, relatesTo, stateKey: null, isRedacted: false }) as unknown as TimelineEvent;

it.each([
  ["m.reaction", {}],
  ["m.room.redaction", {}],
  ["m.poll.response", {}],
  ["m.room.message", { rel_type: "m.replace", event_id: "$x" }],
  ["m.room.encrypted", { rel_type: "m.reference", event_id: "$x" }],
  ["m.key.verification.done", {}],
  ["m.call.candidates", {}],
])("%s with %j is no row by itself", (type, relatesTo) => {
  expect(isRow(event(type, relatesTo))).toBe(false);
});

it("a message with a relation that nobody knows is a row", () => {
  expect(isRow(event("m.room.message", { rel_type: "org.example", event_id: 7 }))).toBe(true);
});

it("what a thread says for old clients is no answer", () => {
  const fallback = { rel_type: "m.thread", is_falling_back: true, "m.in_reply_to": { event_id: "$x" } };
  expect(replyTarget(event("m.room.message", fallback))).toBe("");
  expect(replyTarget(event("m.room.message", { ...fallback, is_falling_back: false }))).toBe("$x");
});
