import { afterEach, describe, expect, it } from "vitest";
import { preferredLanguage, setLanguage, t, type WordId } from "./words";

afterEach(() => setLanguage("en"));

describe("words", () => {
  it("says one thing and several things differently", () => {
    expect(t("main.ago.hours", { n: 1 })).toBe("1 hour ago");
    expect(t("main.ago.hours", { n: 3 })).toBe("3 hours ago");
  });

  it("fills in values in their order", () => {
    expect(t("main.beginning.direct", "Bob")).toBe("You and Bob");
  });

  it("speaks the language that was chosen", async () => {
    await setLanguage("de");
    expect(t("main.action.reply")).toBe("Antworten");
  });

  it("shows an unknown id instead of breaking", () => {
    expect(t("no.such.text" as WordId)).toBe("no.such.text");
  });

  it("takes the first of the reader's languages that it knows", () => {
    expect(preferredLanguage(["fr-CH", "de-CH", "en"])).toBe("de");
    expect(preferredLanguage(["fr"])).toBe("en");
  });
});
