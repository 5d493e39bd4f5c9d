import "fake-indexeddb/auto";
import { describe, expect, it, vi } from "vitest";
import { until } from "../value";
import { type WaitingMessage, WaitingStore } from "./waitingStore";

let made = 0;

function nameOfStore(): string {
  made += 1;
  return `waiting ${made}`;
}

function message(txnId: string, more: Partial<WaitingMessage> = {}): WaitingMessage {
  const about = { roomId: "!r:x", threadRoot: null, atMs: 1, type: "m.room.message", errorWord: "" };
  return { kind: "message", txnId, content: { body: txnId }, ...about, ...more };
}

/** What the next start of the page finds. */
async function afterRestart(name: string, store: WaitingStore): Promise<readonly string[]> {
  await store.close();
  const next = new WaitingStore(name);
  const found = await next.all();
  await next.close();
  return found.map((waiting) => `${waiting.txnId} ${waiting.errorWord}`.trim());
}

describe("what waits to be sent", () => {
  it("outlives the page in the order in which it was written, whatever changed of it", async () => {
    const name = nameOfStore();
    const store = new WaitingStore(name);
    for (const txnId of ["c", "a", "b"]) store.put(message(txnId));
    store.put(message("c", { errorWord: "forbidden" }));
    expect(await afterRestart(name, store)).toEqual(["c forbidden", "a", "b"]);
  });

  it("is gone once it was sent or given up", async () => {
    const name = nameOfStore();
    const store = new WaitingStore(name);
    for (const txnId of ["a", "b"]) store.put(message(txnId));
    store.delete("a");
    store.delete("nothing of ours");
    expect(await afterRestart(name, store)).toEqual(["b"]);
  });

  it("comes before what is written after the restart", async () => {
    const name = nameOfStore();
    const store = new WaitingStore(name);
    store.put(message("a"));
    await store.close();
    const next = new WaitingStore(name);
    await next.all();
    next.put(message("b"));
    expect(await afterRestart(name, next)).toEqual(["a", "b"]);
  });

  it("is said not to be kept where there is no room, until it was sent", async () => {
    const store = new WaitingStore(nameOfStore());
    await store.all();
    const full = Object.assign(new Error("no room"), { name: "QuotaExceededError" });
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementationOnce(() => {
      throw full;
    });
    store.put(message("a"));
    await until(store.keeping, (keeping) => keeping === "full");
    store.put(message("b"));
    await store.close();
    expect(store.keeping.get()).toBe("full");
    store.delete("a");
    await until(store.keeping, (keeping) => keeping === "kept");
  });
});
