import { afterEach, expect, it } from "vitest";
import type { Check } from "../../matrix/admin/checks";
import { setLanguage } from "../../words";
import { adviceOf, wordsOf } from "./checkWords";

afterEach(() => setLanguage("en"));

const CHECK: Check = {
  check: "dns",
  finding: "dns_missing",
  result: "fail",
  words: "The name example.org leads nowhere: it does not exist.",
  advice: "Make A and AAAA records for it where your domain is looked after.",
  values: { host: "example.org", reason: "it does not exist" },
};

it("says in the reader's language what a check came to", async () => {
  expect(wordsOf(CHECK)).toBe(CHECK.words);
  await setLanguage("de");
  expect(wordsOf(CHECK)).toBe("Der Name example.org führt nirgendwohin: it does not exist.");
  expect(adviceOf(CHECK)).toContain("A- und AAAA-Einträge");
});

it("takes the server's words for findings that it does not know", () => {
  const unknown = { ...CHECK, finding: "dns_haunted", words: "There is a ghost.", advice: "Call somebody." };
  expect([wordsOf(unknown), adviceOf(unknown)]).toEqual(["There is a ghost.", "Call somebody."]);
});
