import { expect, it } from "vitest";
import type { EventItem } from "../timeline/values";
import { TextWriter } from "./plain";

const MESSAGE = {
  kind: "text",
  atMs: 0,
  sender: { id: "@eve:example.org", name: "Eve" },
  body: "two\nlines",
  html: "",
  isEdited: false,
  reply: null,
};

function written(...items: readonly object[]): string {
  const writer = new TextWriter("Hut");
  return items
    .map((more) => writer.write(null, { ...MESSAGE, ...more } as unknown as EventItem, new Map()))
    .join("");
}

it("writes a day once, and who said what", () => {
  const text = written({}, { html: "<strong>really</strong>", isEdited: true });
  expect(text.match(/1970/g)).toHaveLength(1);
  expect(text).toMatch(/Eve: two\nlines\n.*Eve \(edited\): really\n$/);
});

it("names files, and says what cannot be shown", () => {
  const media = { mxc: "mxc://a/b", name: "map.pdf" };
  const text = written({ kind: "file", media, gallery: [], hasCaption: true }, { kind: "redacted" });
  expect(text).toContain("[map.pdf] two");
  expect(text).toContain("[Message removed]");
});
