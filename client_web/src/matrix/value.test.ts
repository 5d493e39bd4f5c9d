import { describe, expect, it, vi } from "vitest";
import { derived, flush, MutableValue, until } from "./value";

describe("values", () => {
  it("tell listeners once a frame, however often they change", () => {
    const value = new MutableValue(0);
    const listener = vi.fn();
    value.subscribe(listener);
    for (let next = 1; next <= 100; next += 1) value.set(next);
    expect(value.get()).toBe(100);
    expect(listener).not.toHaveBeenCalled();
    flush();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("tell at once after a quiet while, and what follows when that is drawn", () => {
    vi.useFakeTimers();
    flush();
    vi.runAllTimers();
    const value = new MutableValue(0);
    const seen: number[] = [];
    value.subscribe(() => void seen.push(value.get()));
    value.set(1);
    vi.advanceTimersByTime(0);
    expect(seen).toEqual([1]);
    value.set(2);
    vi.advanceTimersByTime(0);
    expect(seen).toEqual([1]);
    vi.runAllTimers();
    expect(seen).toEqual([1, 2]);
    vi.useRealTimers();
  });

  it("tell with what is done of what that changes, but not in circles", () => {
    const [one, two] = [new MutableValue(0), new MutableValue(0)];
    one.subscribe(() => two.update((now) => now + 1));
    two.subscribe(() => one.update((now) => now + 1));
    one.set(1);
    flush();
    expect([one.get(), two.get()]).toEqual([2, 1]);
    flush();
    expect([one.get(), two.get()]).toEqual([3, 2]);
  });

  it("tell nobody of what is the same", () => {
    const value = new MutableValue("here");
    const listener = vi.fn();
    value.subscribe(listener);
    value.set("here");
    flush();
    expect(listener).not.toHaveBeenCalled();
  });

  it("keep one listener's fault from the others", () => {
    const value = new MutableValue(0);
    const other = vi.fn();
    const report = vi.spyOn(globalThis, "reportError").mockImplementation(() => undefined);
    value.subscribe(() => {
      throw new Error("broken");
    });
    value.subscribe(other);
    value.set(1);
    flush();
    expect(other).toHaveBeenCalled();
    expect(report).toHaveBeenCalled();
  });

  it("compute what follows from others only when one of them changes", () => {
    const [one, two] = [new MutableValue(1), new MutableValue(2)];
    const compute = vi.fn(() => ({ sum: one.get() + two.get() }));
    const sum = derived([one, two], compute);
    expect(sum.get()).toBe(sum.get());
    expect(compute).toHaveBeenCalledTimes(1);
    two.set(5);
    expect(sum.get()).toEqual({ sum: 6 });
  });

  it("can be waited for", async () => {
    const value = new MutableValue("starting");
    const live = until(value, (now) => now === "live");
    value.set("live");
    flush();
    await expect(live).resolves.toBe("live");
  });
});
