import { expect, it } from "vitest";
import { errorWord, isTemporary } from "./errors";

it("takes a request that was given up for want of an answer as one to be tried again", () => {
  const late = Object.assign(new Error("aborted"), { name: "AbortError" });
  expect(errorWord(late)).toBe("network");
  expect(isTemporary(late)).toBe(true);
});
