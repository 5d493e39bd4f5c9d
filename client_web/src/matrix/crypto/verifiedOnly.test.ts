import { beforeEach, expect, it } from "vitest";
import { setPreferences } from "../settings/preferences";
import { verifiedOnlyOf } from "./verifiedOnly";

beforeEach(() => localStorage.clear());

it("each account chooses for itself, and what was chosen is there the next time", () => {
  verifiedOnlyOf("ada").choose(true);
  expect(verifiedOnlyOf("ada").value.get()).toBe(true);
  expect(verifiedOnlyOf("ben").value.get()).toBe(false);
});

it("what was once chosen for the whole browser holds until an account chooses otherwise", () => {
  setPreferences({ verifiedOnly: true });
  expect(verifiedOnlyOf("ada").value.get()).toBe(true);
  verifiedOnlyOf("ada").choose(false);
  expect(verifiedOnlyOf("ada").value.get()).toBe(false);
});
