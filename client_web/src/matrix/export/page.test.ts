import { expect, it } from "vitest";
import type { EventItem } from "../timeline/values";
import { HtmlWriter } from "./page";

const MESSAGE = {
  kind: "text",
  key: "$1",
  eventId: "$1",
  atMs: 0,
  sender: { id: "@eve:example.org", name: '<img src=x onerror="alert(1)">', avatar: null },
  body: "<b>&",
  html: "",
  isEdited: false,
  reply: null,
  reactions: [],
  threadRoot: null,
};
const NO_FILES: ReadonlyMap<string, string> = new Map();

function written(more: object, files = NO_FILES): string {
  return new HtmlWriter("Hut", true).write(null, { ...MESSAGE, ...more } as unknown as EventItem, files);
}

it("lets nothing that somebody wrote become part of the page", () => {
  const evil = '"><script>alert(1)</script>';
  const reply = { kind: "text", sender: { name: evil }, text: evil };
  const reactions = [{ key: evil, picture: null, count: 1 }];
  const media = { mxc: "mxc://a/b", name: evil };
  const page =
    new HtmlWriter(evil, true).begin() +
    written({ reply, reactions }) +
    written({ kind: "poll", poll: { question: evil, answers: [{ text: evil, votes: 1 }] } }) +
    written({ kind: "file", media, gallery: [] }, new Map([["mxc://a/b", `files/1-${evil}`]])) +
    written({ kind: "state", word: "name_changed", args: [evil, evil] });
  expect(page).not.toContain("<img");
  expect(page).not.toContain("<script");
  expect(page).not.toContain("<b>");
});

it("keeps the form of a message, and none of what it would fetch or run", () => {
  const html = '<strong>hi</strong><img src="mxc://a/b" alt="wave"><a href="javascript:alert(1)">x</a>';
  const page = written({ html });
  expect(page).toContain("<strong>hi</strong>wave");
  expect(page).not.toContain("javascript:");
  expect(page).not.toContain("mxc:");
});

it("says what cannot be shown", () => {
  expect(written({ kind: "redacted" })).toContain("Message removed");
  expect(written({ kind: "undecryptable" })).toContain("could not be decrypted");
  const file = { kind: "file", media: { mxc: "mxc://a/b", name: "map.pdf" }, gallery: [] };
  expect(written(file)).toContain("The file map.pdf could not be saved");
});

it("plays what can be heard and seen, and shows all pictures of a gallery", () => {
  const [one, two] = [
    { mxc: "mxc://a/1", name: "one" },
    { mxc: "mxc://a/2", name: "two" },
  ];
  const files = new Map([
    ["mxc://a/1", "files/1-one #1"],
    ["mxc://a/2", "files/2-two"],
  ]);
  expect(written({ kind: "voice", media: one, gallery: [] }, files)).toContain("<audio");
  expect(written({ kind: "video", media: one, gallery: [] }, files)).toContain("<video");
  const gallery = written({ kind: "image", media: one, gallery: [one, two] }, files);
  expect(gallery).toContain('src="files/1-one%20%231"');
  expect(gallery).toContain('src="files/2-two"');
});
