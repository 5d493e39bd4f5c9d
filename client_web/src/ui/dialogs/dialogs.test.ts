import { expect, it } from "vitest";
import { DIALOGS } from "./dialogs";

const SOURCES = import.meta.glob<string>("../../**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** What ui/encryption shows by itself, on every page. */
const OF_ENCRYPTION = ["recover", "resetIdentity", "setUpRecovery", "verification", "verifyDevice"];

it("has a dialog for every kind that anything opens", () => {
  const opened = Object.values(SOURCES).flatMap((text) =>
    [...text.matchAll(/openDialog\(\{\s*kind: "(\w+)"/g)].map((found) => found[1]!),
  );
  const known = new Set([...Object.keys(DIALOGS), ...OF_ENCRYPTION]);
  expect(opened.length).toBeGreaterThan(20);
  expect(opened.filter((kind) => !known.has(kind))).toEqual([]);
});
