import { afterEach, describe, expect, it } from "vitest";
import { setLanguage } from "../../words";
import { bytesText, rateText, sinceText, spanText, untilText } from "./format";

afterEach(() => setLanguage("en"));

describe("figures", () => {
  it("say sizes with the unit that fits", () => {
    expect(bytesText(0)).toBe("0 B");
    expect(bytesText(999)).toBe("999 B");
    expect(bytesText(999_600)).toBe("1 MB");
    expect(bytesText(3_140_000_000)).toBe("3.1 GB");
    expect(bytesText(118_000_000)).toBe("118 MB");
  });

  it("speak the reader's language", async () => {
    await setLanguage("de");
    expect(bytesText(3_140_000_000)).toBe("3,1 GB");
  });

  it("show small rates finer than large ones", () => {
    expect(rateText(0.34)).toBe("0.3");
    expect(rateText(38.4)).toBe("38");
    expect(rateText(0)).toBe("0");
  });
});

describe("times", () => {
  it("are told roughly", () => {
    expect(spanText(6.4)).toBe("6.4 ms");
    expect(spanText(88)).toBe("88 ms");
    expect(spanText(9_000)).toBe("9 s");
    expect(spanText(240_000)).toBe("4 min");
    expect(spanText(3 * 3_600_000)).toBe("3 h");
    expect(spanText(86_400_000)).toBe("1 day");
  });

  it("are now, past, to come, or never", () => {
    expect(sinceText(1_000_000, 1_000_900)).toBe("just now");
    expect(sinceText(1_000_000, 1_002_000)).toBe("2 s ago");
    expect(sinceText(null)).toBe("never");
    expect(untilText(1_240_000, 1_000_000)).toBe("in 4 min");
    expect(untilText(1, 1_000_000)).toBe("just now");
  });
});
