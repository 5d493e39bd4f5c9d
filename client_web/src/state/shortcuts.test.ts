import { describe, expect, it, vi } from "vitest";
import { actionsWithKeys, isShortcut, type KeyPress, keysText } from "./shortcuts";

function press(key: string, held: Partial<KeyPress> = {}): KeyPress {
  return { key, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held };
}

describe("shortcuts", () => {
  it("take exactly the keys that are held", () => {
    expect(isShortcut(press("k", { ctrlKey: true }), "quickSwitcher")).toBe(true);
    expect(isShortcut(press("k", { ctrlKey: true, altKey: true }), "quickSwitcher")).toBe(false);
    expect(isShortcut(press("F", { ctrlKey: true, shiftKey: true }), "searchAll")).toBe(true);
    expect(isShortcut(press("F", { ctrlKey: true, shiftKey: true }), "searchRoom")).toBe(false);
  });

  it("are other ones where the browser wants the usual ones", () => {
    expect(isShortcut(press("n", { ctrlKey: true }), "newDirect")).toBe(false);
    expect(isShortcut(press("n", { altKey: true }), "newDirect")).toBe(true);
  });

  it("leave out what the browser does by itself", () => {
    expect(actionsWithKeys()).not.toContain("zoomIn");
    expect(keysText("zoomIn")).toBe("");
  });

  it("know the key on keyboards of other alphabets", () => {
    expect(isShortcut(press("л", { ctrlKey: true, code: "KeyK" }), "quickSwitcher")).toBe(true);
    expect(isShortcut(press("t", { ctrlKey: true, code: "KeyK" }), "quickSwitcher")).toBe(false);
  });

  it("are shown as the keyboard has them", () => {
    expect(keysText("roomPrevious")).toBe("Alt ↑");
    vi.spyOn(navigator, "platform", "get").mockReturnValue("MacIntel");
    expect(keysText("quickSwitcher")).toBe("⌘ K");
    expect(isShortcut(press("k", { metaKey: true }), "quickSwitcher")).toBe(true);
  });
});
