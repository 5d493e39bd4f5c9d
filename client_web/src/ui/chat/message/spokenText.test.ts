import { expect, test } from "vitest";
import { spokenText } from "./spokenText";

test("what is spoken has no marks of Markdown", () => {
  const html = "The <strong>door</strong> is <code>open</code>";
  expect(spokenText({ kind: "text", body: "The **door** is `open`", html })).toBe("The door is open");
});

test("what a spoiler hides is not spoken", () => {
  const html = "She <span data-mx-spoiler>wins</span>";
  const spoken = spokenText({ kind: "text", body: "She ||wins||", html });
  expect(spoken).toContain("She");
  expect(spoken).not.toContain("wins");
});

test("plain text is spoken as it stands", () => {
  expect(spokenText({ kind: "text", body: "2 * 3 * 4", html: "" })).toBe("2 * 3 * 4");
});

test("a file without words is spoken of by its name, a removed message by what became of it", () => {
  const media = { mxc: "mxc://a/b", name: "hut.png" };
  expect(spokenText({ kind: "image", body: "", html: "", media })).toBe("hut.png");
  expect(spokenText({ kind: "redacted", body: "", html: "" })).toBe("This message was removed");
});
