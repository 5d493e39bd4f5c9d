import { describe, expect, it } from "vitest";
import { creationBody } from "./create";
import { withDirect } from "./memberships";
import { matchesGlob, merged } from "./state_acts";

describe("a new room", () => {
  it("is private and says nothing that was not asked for", () => {
    expect(creationBody({ name: " Hut " }, "x.org")).toEqual({
      preset: "private_chat",
      visibility: "private",
      is_direct: false,
      name: "Hut",
    });
  });

  it("of a space lets its members in, and names its parent", () => {
    const body = creationBody({ access: "restricted", parent: "!space", isEncrypted: true }, "x.org");
    expect(body.initial_state).toEqual([
      { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } },
      {
        type: "m.room.join_rules",
        state_key: "",
        content: { join_rule: "restricted", allow: [{ type: "m.room_membership", room_id: "!space" }] },
      },
      { type: "m.space.parent", state_key: "!space", content: { via: ["x.org"], canonical: true } },
    ]);
  });

  it("that is a space is never encrypted, and only its keepers write there", () => {
    const body = creationBody({ isSpace: true, isEncrypted: true, isFederated: false }, "x.org");
    expect(body.initial_state).toBeUndefined();
    expect(body.creation_content).toEqual({ type: "m.space", "m.federate": false });
    expect(body.power_level_content_override).toEqual({ events_default: 100 });
  });
});

describe("direct chats", () => {
  it("belong to one person at a time", () => {
    expect(withDirect({ "@a:x": ["!1", "!2"], "@b:x": ["!3"] }, "!1", "@b:x")).toEqual({
      "@a:x": ["!2"],
      "@b:x": ["!3", "!1"],
    });
  });

  it("take nonsense for nothing", () => {
    expect(withDirect({ "@a:x": "many", "@b:x": [7, "!1"] }, "!1", null)).toEqual({});
  });
});

it("merges changes into what is there, and takes away what is null", () => {
  expect(merged({ ban: 50, users: { a: 100, b: 50 } }, { ban: 60, users: { b: null } })).toEqual({
    ban: 60,
    users: { a: 100 },
  });
});

it("knows when a pattern keeps a server out", () => {
  expect(matchesGlob("x.org", "*.org")).toBe(true);
  expect(matchesGlob("x.org", "?.org")).toBe(true);
  expect(matchesGlob("x.org", "org")).toBe(false);
  expect(matchesGlob("xxorg", "x.org")).toBe(false);
});
