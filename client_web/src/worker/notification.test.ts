import { describe, expect, it } from "vitest";
import { readPushed } from "./notification";

const OPEN = { language: "en", showContent: true } as const;
const MESSAGE = {
  room_id: "!r:x",
  event_id: "$e",
  type: "m.room.message",
  sender: "@bob:x",
  sender_display_name: "Bob",
  room_name: "Hut",
  content: { msgtype: "m.text", body: "Hello" },
  unread: 2,
};

describe("a message of the push service", () => {
  it("shows who wrote what, where", () => {
    expect(readPushed(MESSAGE, OPEN)).toEqual({
      kind: "message",
      shown: { title: "Bob in Hut", body: "Hello", roomId: "!r:x", eventId: "$e" },
      unread: 2,
    });
  });

  it("keeps to itself what was written where the reader wants it so", () => {
    const pushed = readPushed(MESSAGE, { ...OPEN, showContent: false });
    expect(pushed).toMatchObject({ shown: { body: "New message" } });
    const german = readPushed(MESSAGE, { language: "de", showContent: false });
    expect(german).toMatchObject({ shown: { body: "Neue Nachricht" } });
  });

  it("says of an encrypted one only that it came", () => {
    const pushed = readPushed({ ...MESSAGE, type: "m.room.encrypted", content: { ciphertext: "x" } }, OPEN);
    expect(pushed).toMatchObject({ shown: { title: "Bob in Hut", body: "New message" } });
  });

  it("tells of an invitation", () => {
    const invite = {
      ...MESSAGE,
      type: "m.room.member",
      user_is_target: true,
      content: { membership: "invite" },
    };
    expect(readPushed(invite, OPEN)).toMatchObject({ shown: { body: "You are invited to Hut" } });
  });

  it("is a check, a count, or nothing that breaks", () => {
    expect(readPushed({ app_id: "a", ack_token: "t" }, OPEN)).toEqual({
      kind: "check",
      appId: "a",
      token: "t",
    });
    expect(readPushed({ unread: 0 }, OPEN)).toEqual({ kind: "count", unread: 0 });
    for (const nonsense of [null, [], "x", { unread: -3 }, { room_id: 7 }]) {
      expect(readPushed(nonsense, OPEN)).toEqual({ kind: "count", unread: 0 });
    }
  });

  it("does not let a name pass for another part of the sentence", () => {
    const pushed = readPushed({ ...MESSAGE, sender_display_name: "{1}\u202etxt" }, OPEN);
    expect(pushed).toMatchObject({ shown: { title: "{1}txt in Hut" } });
  });
});
