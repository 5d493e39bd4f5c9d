import type { SecretStorageKeyDescription } from "matrix-js-sdk/lib/secret-storage";
import { describe, expect, it } from "vitest";
import { createStorageKey, type StorageKey } from "./storageKey";

const KEY = new Uint8Array(32);
const DESCRIPTION = {} as SecretStorageKeyDescription;

async function asked(holder: StorageKey, ...ids: string[]) {
  const keys = Object.fromEntries(ids.map((id) => [id, DESCRIPTION]));
  return (await holder.callbacks.getSecretStorageKey?.({ keys }, "m.cross_signing.master")) ?? null;
}

describe("the key of the secret storage", () => {
  it("is there only while something is being done with it", async () => {
    const holder = createStorageKey();
    expect(await asked(holder, "one")).toBe(null);
    await holder.use(KEY, "one", async () =>
      expect(await asked(holder, "other", "one")).toEqual(["one", KEY]),
    );
    expect(await asked(holder, "one")).toBe(null);
  });

  it("is gone after a failure too", async () => {
    const holder = createStorageKey();
    const failing = holder.use(KEY, "one", () => Promise.reject(new Error("no network")));
    await expect(failing).rejects.toThrow("no network");
    expect(await asked(holder, "one")).toBe(null);
  });

  it("is given for no other key's name", async () => {
    const holder = createStorageKey();
    await holder.use(KEY, "one", async () => expect(await asked(holder, "other")).toBe(null));
  });

  it("learns its name when it is made", async () => {
    const holder = createStorageKey();
    await holder.use(KEY, null, async () => {
      holder.callbacks.cacheSecretStorageKey?.("new", DESCRIPTION, KEY);
      expect(await asked(holder, "old", "new")).toEqual(["new", KEY]);
    });
  });
});
