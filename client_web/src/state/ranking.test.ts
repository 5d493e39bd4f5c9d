import { expect, it } from "vitest";
import { rankOf } from "./ranking";

it("puts what begins with the words before what only holds them", () => {
  expect(rankOf("hut", "Hut of stone")).toBe(0);
  expect(rankOf("hut", "Mountain hut")).toBe(1);
  expect(rankOf("hut", "Shutters")).toBe(2);
  expect(rankOf("hut", "that")).toBeUndefined();
});

it("finds letters in order, and names without their accents", () => {
  expect(rankOf("mh", "Mountain hut")).toBe(3);
  expect(rankOf("zol", "Żółć")).toBeUndefined();
  expect(rankOf("oz", "Özgür")).toBe(0);
});

it("takes the best of several names, and everything without words", () => {
  expect(rankOf("carol", "Design", "carol:example.org")).toBe(0);
  expect(rankOf("  ", "anything")).toBe(0);
});
