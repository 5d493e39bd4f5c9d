import { beforeEach, describe, expect, it, vi } from "vitest";
import { claimTab } from "./tabs";

/** Channels of one browser. */
class FakeChannel {
  static open = new Set<FakeChannel>();
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor() {
    FakeChannel.open.add(this);
  }
  postMessage(data: unknown): void {
    for (const other of FakeChannel.open) {
      if (other !== this) queueMicrotask(() => other.onmessage?.({ data }));
    }
  }
  close(): void {
    FakeChannel.open.delete(this);
  }
}

beforeEach(() => {
  FakeChannel.open.clear();
  vi.stubGlobal("BroadcastChannel", FakeChannel);
});

describe("tabs", () => {
  it("get an account that no other tab has", async () => {
    expect(await claimTab("a", false, vi.fn())).not.toBeNull();
    expect(await claimTab("b", false, vi.fn())).not.toBeNull();
  });

  it("do not get what another tab has, until that tab lets go", async () => {
    const first = await claimTab("a", false, vi.fn());
    expect(await claimTab("a", false, vi.fn())).toBeNull();
    first?.release();
    expect(await claimTab("a", false, vi.fn())).not.toBeNull();
  });

  it("take over only when the other tab has stored everything", async () => {
    const steps: string[] = [];
    const first = await claimTab("a", false, () => {
      steps.push("asked");
      setTimeout(() => {
        steps.push("stored");
        first?.release();
      }, 20);
    });
    expect(await claimTab("a", true, vi.fn())).not.toBeNull();
    steps.push("taken");
    expect(steps).toEqual(["asked", "stored", "taken"]);
  });

  it("take over from a tab that does not answer", async () => {
    vi.useFakeTimers();
    const first = claimTab("a", false, () => undefined);
    await vi.advanceTimersByTimeAsync(300);
    await first;
    const second = claimTab("a", true, vi.fn());
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await second).not.toBeNull();
    vi.useRealTimers();
  });
});
