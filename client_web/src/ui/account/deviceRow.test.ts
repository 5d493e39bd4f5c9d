import { describe, expect, it } from "vitest";
import type { DeviceRecord } from "../../matrix/account";
import { deviceRow, grouped, lastSeenText } from "./deviceRow";

const NOW = 1_800_000_000_000;
const RECORD: DeviceRecord = {
  deviceId: "PHONE",
  name: "Element X on Android",
  lastSeenIp: "192.0.2.7",
  lastSeenMs: NOW - 3 * 3_600_000,
  own: false,
};
const KEYS = {
  userId: "@alice:example.org",
  deviceId: "PHONE",
  name: "",
  key: "abcdefgh1",
  verified: false,
  own: false,
  dehydrated: false,
};

describe("a row of a device", () => {
  it("tells what it is and when it was seen", () => {
    const row = deviceRow(RECORD, KEYS, NOW);
    expect(row).toMatchObject({ icon: "smartphone", detail: "192.0.2.7 · 3 hours ago", canVerify: true });
    expect(row.key).toBe("abcd efgh 1");
  });

  it("offers no verifying of a device without keys, or of the own one", () => {
    expect(deviceRow(RECORD, undefined, NOW).canVerify).toBe(false);
    expect(deviceRow({ ...RECORD, own: true }, KEYS, NOW).canVerify).toBe(false);
  });

  it("says plainly what is not known", () => {
    const row = deviceRow({ ...RECORD, name: "", lastSeenIp: "", lastSeenMs: null }, undefined, NOW);
    expect(row).toMatchObject({ name: "Unnamed device", detail: "last use unknown", icon: "monitor" });
  });

  it("was never seen in the future", () => {
    expect(deviceRow({ ...RECORD, lastSeenMs: NOW + 9_000_000 }, KEYS, NOW).detail).toMatch(/active now/);
  });
});

it("a key without characters has no groups", () => {
  expect(grouped("")).toBe("");
});

it("two days are counted, one is yesterday", () => {
  expect(lastSeenText(30 * 3_600_000)).toBe("yesterday");
  expect(lastSeenText(50 * 3_600_000)).toBe("2 days ago");
});
