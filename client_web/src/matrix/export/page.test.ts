import { expect, it } from "vitest";
import { type PageMessage, pageHead, pageMessage } from "./page";

const message: PageMessage = {
  id: "$1",
  sender: "@eve:example.org",
  senderName: '<img src=x onerror="alert(1)">',
  time: 0,
  content: { body: "<b>&" },
  type: "m.room.message",
  isRedacted: false,
  isUndecryptable: false,
  isEdited: false,
  file: "",
  isPicture: false,
};

it("lets nothing that somebody wrote become part of the page", () => {
  const page = pageMessage(message) + pageHead("</title><script>alert(1)</script>");
  expect(page).not.toContain("<img");
  expect(page).not.toContain("<script");
  expect(page).not.toContain("<b>");
});

it("keeps the form of a message, and none of what it would fetch or run", () => {
  const formatted_body =
    '<strong>hi</strong><img src="mxc://a/b" alt="wave"><a href="javascript:alert(1)">x</a>';
  const page = pageMessage({ ...message, senderName: "Eve", content: { body: "hi", formatted_body } });
  expect(page).toContain("<strong>hi</strong>wave");
  expect(page).not.toContain("javascript:");
  expect(page).not.toContain("mxc:");
});

it("says what cannot be shown", () => {
  expect(pageMessage({ ...message, isRedacted: true })).toContain("Message removed");
  expect(pageMessage({ ...message, isUndecryptable: true })).toContain("could not be decrypted");
});
