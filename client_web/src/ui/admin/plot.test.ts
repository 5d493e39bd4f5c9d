import { describe, expect, it } from "vitest";
import { plotPath, thinned } from "./plot";

describe("a plot", () => {
  it("goes from the lowest value at its foot to the highest at its top", () => {
    expect(plotPath([0, 5, 10], 100, 40)).toBe("M0 40L50 20L100 0");
  });

  it("begins anew after what was not measured, and what stands alone is a dot", () => {
    expect(plotPath([1, null, 3, 1], 90, 10)).toBe("M0 10h0M60 0L90 10");
  });

  it("is a line in the middle where nothing changes", () => {
    expect(plotPath([7, 7], 10, 10)).toBe("M0 5L10 5");
  });

  it("is nothing without values", () => {
    expect(plotPath([], 10, 10)).toBe("");
    expect(plotPath([null], 10, 10)).toBe("");
  });

  it("shows means where there are too many values for it", () => {
    expect(thinned([1, 3, null, 5, null, null], 3)).toEqual([2, 5, null]);
    expect(thinned([1, 2], 3)).toEqual([1, 2]);
  });
});
