import { expect, it } from "vitest";
import { forwarded, relation, replacement, textContent, withCaption } from "./relations";

const written = { body: "hi Bob", html: "hi <b>Bob</b>", userIds: ["@bob:example.org"], room: false };

it("says whom a message mentions, nobody included", () => {
  expect(textContent(written, "m.text")["m.mentions"]).toEqual({ user_ids: ["@bob:example.org"] });
  expect(textContent({ ...written, userIds: [] }, "m.text")["m.mentions"]).toEqual({});
});

it("shows a message of a thread to old clients as an answer to the latest", () => {
  expect(relation("$root", "$latest", null)).toEqual({
    rel_type: "m.thread",
    event_id: "$root",
    is_falling_back: true,
    "m.in_reply_to": { event_id: "$latest" },
  });
  expect(relation("$root", "$latest", "$asked")).toMatchObject({
    is_falling_back: false,
    "m.in_reply_to": { event_id: "$asked" },
  });
});

it("notifies with an edit only who is mentioned newly", () => {
  const next = textContent({ ...written, userIds: ["@bob:example.org", "@eve:example.org"] }, "m.text");
  const content = replacement(next, "$event", { "m.mentions": { user_ids: ["@bob:example.org"] } });
  expect(content["m.mentions"]).toEqual({ user_ids: ["@eve:example.org"] });
  expect(content["m.new_content"]).toMatchObject({
    "m.mentions": { user_ids: ["@bob:example.org", "@eve:example.org"] },
  });
  expect(content.body).toBe("* hi Bob");
});

it("takes words below a file away again", () => {
  const file = { msgtype: "m.image", url: "mxc://example.org/x", body: "a.png", filename: "a.png" };
  const captioned = withCaption(file, written);
  expect(captioned).toMatchObject({
    msgtype: "m.image",
    body: "hi Bob",
    filename: "a.png",
    formatted_body: "hi <b>Bob</b>",
  });
  expect(withCaption(captioned, null)).toEqual({ ...file, "m.mentions": {} });
});

it("sends on what a message says, not whom it named or what it answered", () => {
  const content = {
    msgtype: "m.text",
    body: "x",
    "m.relates_to": { event_id: "$x" },
    "m.mentions": { room: true },
  };
  expect(forwarded(content)).toEqual({ msgtype: "m.text", body: "x", "m.mentions": {} });
});
