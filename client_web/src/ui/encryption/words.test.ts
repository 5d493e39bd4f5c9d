import { describe, expect, it } from "vitest";
import type { Verification } from "../../matrix/crypto";
import { isComplete, isLongEnough, NO_PASSPHRASE, passphraseOf } from "./passphrase";
import { keyInFile } from "./recoveryKeyFile";
import { leadOf, reasonOf, titleOf } from "./verificationWords";

const VERIFICATION: Verification = {
  id: "t",
  userId: "@bob:x",
  own: false,
  incoming: true,
  deviceId: null,
  roomId: "!r:x",
  stage: "requested",
  emoji: [],
  numbers: [],
  qrCode: null,
  canCompare: false,
  canScan: false,
  cancelCode: "",
  cancelledByUs: false,
};

describe("what a verification says", () => {
  it("names who asks, and warns of requests that nobody began", () => {
    expect(titleOf(VERIFICATION, "Bob")).toBe("Bob wants to verify with you");
    expect(leadOf(VERIFICATION, "Bob")).toBe("Only go on if you started this.");
    expect(titleOf({ ...VERIFICATION, own: true }, "")).toBe("Another device wants to be verified");
  });

  it("has a title for every stage", () => {
    for (const stage of [
      "requested",
      "ready",
      "started",
      "compare",
      "confirmed",
      "scanned",
      "done",
      "cancelled",
    ]) {
      expect(titleOf({ ...VERIFICATION, stage } as Verification, "Bob")).not.toMatch(/^encryption\.|^$/);
    }
  });

  it("says plainly that somebody may be listening in", () => {
    expect(reasonOf({ ...VERIFICATION, cancelCode: "m.mismatched_sas" })).toMatch(/listening in/);
    expect(reasonOf({ ...VERIFICATION, cancelCode: "m.mismatched_commitment" })).toMatch(/listening in/);
  });

  it("tells who cancelled, and bounds what strangers write", () => {
    expect(reasonOf({ ...VERIFICATION, cancelCode: "m.user", cancelledByUs: true })).toBe("You cancelled.");
    expect(reasonOf({ ...VERIFICATION, cancelCode: "m.user" })).toBe("The other side cancelled.");
    expect(reasonOf({ ...VERIFICATION, cancelCode: "x".repeat(9_000) }).length).toBeLessThan(200);
  });
});

describe("a passphrase", () => {
  it("is long enough, or is not wanted", () => {
    expect(isComplete(NO_PASSPHRASE)).toBe(true);
    expect(isComplete({ wanted: true, text: "short" })).toBe(false);
    expect(isLongEnough("twelve chars")).toBe(true);
    expect(isLongEnough("😀".repeat(6))).toBe(false);
    expect(passphraseOf({ wanted: false, text: "typed before" })).toBe("");
  });
});

describe("a file with a recovery key", () => {
  it("is what we saved, or the key alone, or nothing", () => {
    expect(keyInFile("@alice:example.org\r\nEsTg bvQK\r\n")).toBe("EsTg bvQK");
    expect(keyInFile("\n  my passphrase \n")).toBe("my passphrase");
    expect(keyInFile("")).toBe("");
  });
});
