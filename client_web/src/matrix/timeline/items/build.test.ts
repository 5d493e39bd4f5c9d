import { beforeEach, describe, expect, it, vi } from "vitest";
import { Rights, readPowerLevels } from "../../rooms/permissions";
import type { TimelineEvent } from "../event";
import { alone, type RoomFacts, type Surroundings } from "../surroundings";
import type { MessageItem } from "../values";
import { buildItem } from "./build";

const ME = "@alice:example.org";
const BOB = "@bob:example.org";

const room: RoomFacts = {
  me: ME,
  rights: new Rights(
    ME,
    true,
    readPowerLevels({ sender: BOB, content: { room_version: "11" } }, { users: { [BOB]: 100 } }),
  ),
  pinned: new Set(["$pinned"]),
  encryptedSinceMs: null,
  person: (id) => ({ id, name: id.slice(1).split(":")[0]!, avatar: null }),
  isKnown: () => true,
  isIgnored: (id) => id === "@troll:example.org",
  roomName: (id) => id,
};

function event(changes: Partial<TimelineEvent>): TimelineEvent {
  return {
    id: "$event",
    roomId: "!room:example.org",
    type: "m.room.message",
    sender: BOB,
    atMs: 1_000_000,
    content: { msgtype: "m.text", body: "hello" },
    stateKey: null,
    previous: {},
    relatesTo: {},
    txnId: null,
    isEncrypted: false,
    failure: "",
    isRedacted: false,
    redactedBecause: {},
    isLocal: false,
    ...changes,
  };
}

function build(changes: Partial<TimelineEvent>, around: Partial<Surroundings> = {}) {
  return buildItem(event(changes), { ...alone(room), ...around });
}

function edit(changes: Partial<TimelineEvent> & { body?: string }): TimelineEvent {
  const content = { "m.new_content": { msgtype: "m.text", body: changes.body ?? "better" } };
  return event({
    id: "$edit",
    content,
    relatesTo: { rel_type: "m.replace", event_id: "$event" },
    atMs: 2_000_000,
    ...changes,
  });
}

const MEDIA = { url: "mxc://example.org/abc", body: "a.bin" };

describe("every kind of message", () => {
  it.each([
    ["m.text", "text"],
    ["m.emote", "emote"],
    ["m.notice", "notice"],
    ["org.example.unheard_of", "text"],
  ])("%s is shown as %s", (msgtype, kind) => {
    expect(build({ content: { msgtype, body: "x" } })?.kind).toBe(kind);
  });

  it.each([
    ["m.image", "image"],
    ["m.video", "video"],
    ["m.audio", "audio"],
    ["m.file", "file"],
  ])("%s is shown as %s", (msgtype, kind) => {
    expect(build({ content: { msgtype, ...MEDIA } })?.kind).toBe(kind);
  });

  it("a voice message is told from other sound", () => {
    const content = {
      msgtype: "m.audio",
      ...MEDIA,
      "org.matrix.msc3245.voice": {},
      "org.matrix.msc1767.audio": { waveform: [1, 5_000, "x"] },
    };
    expect(build({ content })).toMatchObject({ kind: "voice", media: { waveform: [1, 1_024, 0] } });
  });

  it("a caption is told from a name", () => {
    const content = { msgtype: "m.image", url: MEDIA.url, body: "look", filename: "a.png" };
    expect(build({ content })).toMatchObject({ body: "look", hasCaption: true, media: { name: "a.png" } });
  });

  it("a sticker, a place, a poll, a call, a request to verify", () => {
    expect(build({ type: "m.sticker", content: { ...MEDIA, body: "cat" } })?.kind).toBe("sticker");
    expect(
      build({ content: { msgtype: "m.location", body: "hut", geo_uri: "geo:47.1,11.2;u=35" } }),
    ).toMatchObject({
      kind: "location",
      geoUri: "geo:47.1,11.2;u=35",
    });
    expect(build({ type: "m.call.invite", content: { offer: { sdp: "m=video" } } })).toMatchObject({
      word: "call_video",
    });
    expect(build({ content: { msgtype: "m.key.verification.request", body: "x", to: ME } })).toMatchObject({
      kind: "verification",
      word: "verification_asks",
    });
  });

  it("a removed one, and one that cannot be decrypted", () => {
    const because = { sender: BOB, content: { reason: "spam" } };
    expect(build({ isRedacted: true, content: {}, redactedBecause: because })).toMatchObject({
      kind: "redacted",
      by: "bob",
      reason: "spam",
    });
    expect(build({ type: "m.room.encrypted", failure: "withheld" })).toMatchObject({
      kind: "undecryptable",
      word: "withheld",
    });
  });
});

describe("malformed events", () => {
  beforeEach(() => void vi.spyOn(console, "warn").mockImplementation(() => undefined));

  const WRONG: readonly unknown[] = [
    undefined,
    null,
    0,
    -1,
    1e308,
    "",
    "x".repeat(100_000),
    [],
    [[]],
    {},
    { a: { b: [] } },
    true,
  ];
  const TYPES = [
    "m.room.message",
    "m.sticker",
    "m.room.encrypted",
    "m.poll.start",
    "org.matrix.msc3381.poll.start",
    "m.call.invite",
    "m.reaction",
    "org.example.other",
  ];
  const STATES = [
    "m.room.member",
    "m.room.name",
    "m.room.topic",
    "m.room.avatar",
    "m.room.create",
    "m.room.power_levels",
    "m.room.join_rules",
    "m.room.history_visibility",
    "m.room.canonical_alias",
    "m.room.pinned_events",
    "m.room.third_party_invite",
    "m.space.child",
    "m.room.encryption",
    "constructor",
    "__proto__",
  ];
  const KEYS = [
    "msgtype",
    "body",
    "formatted_body",
    "format",
    "url",
    "file",
    "info",
    "geo_uri",
    "m.relates_to",
    "m.mentions",
    "m.poll",
    "membership",
    "displayname",
    "users",
    "name",
    "topic",
    "join_rule",
    "pinned",
    "alias",
    "offer",
    "itemtypes",
  ];
  const MSGTYPES = [
    "m.text",
    "m.image",
    "m.audio",
    "m.file",
    "m.location",
    "m.gallery",
    "m.key.verification.request",
  ];

  it.each([...TYPES, ...STATES])("%s costs itself at most", (type) => {
    for (const key of KEYS) {
      for (const value of WRONG) {
        for (const msgtype of type === "m.room.message" ? MSGTYPES : ["m.text"]) {
          const content = { msgtype, body: "x", url: MEDIA.url, membership: "join", [key]: value };
          const stateKey = STATES.includes(type) ? BOB : null;
          expect(() => build({ type, content, stateKey, previous: content })).not.toThrow();
        }
      }
    }
    expect(console.warn).not.toHaveBeenCalled();
  });

  it("a file without a usable address is text", () => {
    for (const url of ["https://evil.example/x.png", "data:image/png;base64,xx", "javascript:alert(1)", 7]) {
      expect(build({ content: { msgtype: "m.image", body: "x.png", url } })?.kind).toBe("text");
    }
  });

  it("a place with a strange address is text", () => {
    for (const geo_uri of ['geo:1,2"><script>', "https://evil.example", "geo:999999,1", "geo:"]) {
      expect(build({ content: { msgtype: "m.location", body: "x", geo_uri } })?.kind).toBe("text");
    }
  });
});

describe("edits", () => {
  it("show the newest version, and say so", () => {
    const edits = [edit({ body: "newest", atMs: 5 }), edit({ id: "$older", body: "older", atMs: 4 })];
    expect(build({}, { edits })).toMatchObject({ body: "newest", isEdited: true });
  });

  it.each([
    ["of somebody else", { sender: "@eve:example.org" }],
    ["of another kind", { type: "m.sticker" }],
    ["that were removed", { isRedacted: true }],
    ["without content", { content: {} }],
    ["of another message", { relatesTo: { rel_type: "m.replace", event_id: "$other" } }],
  ])("%s do not count", (_name, changes) => {
    expect(build({}, { edits: [edit(changes as Partial<TimelineEvent>)] })).toMatchObject({
      body: "hello",
      isEdited: false,
    });
  });

  it("in clear text of what was encrypted do not count", () => {
    expect(build({ isEncrypted: true }, { edits: [edit({})] })).toMatchObject({ body: "hello" });
    expect(build({ isEncrypted: true }, { edits: [edit({ isEncrypted: true })] })).toMatchObject({
      body: "better",
    });
  });
});

describe("reactions", () => {
  const react = (id: string, sender: string, key: unknown): TimelineEvent =>
    event({
      id,
      sender,
      type: "m.reaction",
      content: {},
      relatesTo: { rel_type: "m.annotation", event_id: "$event", key },
    });

  it("count everybody once for each, ignored people never", () => {
    const reactions = [
      react("$1", BOB, "👍"),
      react("$2", BOB, "👍"),
      react("$3", ME, "👍"),
      react("$4", "@troll:example.org", "👍"),
      react("$5", BOB, 7),
    ];
    expect((build({}, { reactions }) as MessageItem).reactions).toEqual([
      { key: "👍", picture: null, count: 2, names: ["bob", "alice"], isMine: true, myEventId: "$3" },
    ]);
  });
});

describe("polls", () => {
  const start = {
    "m.poll": {
      kind: "m.disclosed",
      max_selections: 1,
      question: { "m.text": [{ body: "Which?" }] },
      answers: [
        { "m.id": "a", "m.text": [{ body: "A" }] },
        { "m.id": "b", "m.text": [{ body: "B" }] },
      ],
    },
  };
  const vote = (id: string, sender: string, answers: unknown, atMs: number): TimelineEvent =>
    event({
      id,
      sender,
      atMs,
      type: "m.poll.response",
      content: { "m.selections": answers },
      relatesTo: { rel_type: "m.reference", event_id: "$event" },
    });
  const end = (sender: string, atMs: number): TimelineEvent =>
    event({
      id: "$end",
      sender,
      atMs,
      type: "m.poll.end",
      content: {},
      relatesTo: { rel_type: "m.reference", event_id: "$event" },
    });
  const poll = (references: readonly TimelineEvent[]) => {
    const item = build({ type: "m.poll.start", content: start }, { references });
    return item?.kind === "poll" ? item.poll : undefined;
  };

  it("count everybody's newest vote", () => {
    const counted = poll([vote("$1", BOB, ["a"], 10), vote("$2", BOB, ["b"], 20), vote("$3", ME, ["a"], 5)]);
    expect(counted).toMatchObject({ totalVotes: 2, answers: [{ votes: 1, isMine: true }, { votes: 1 }] });
  });

  it("spoil votes for answers that do not exist", () => {
    expect(poll([vote("$1", BOB, ["zzz"], 10)])).toMatchObject({ totalVotes: 0 });
  });

  it("are ended only by who asked or may remove messages", () => {
    expect(poll([end("@eve:example.org", 50)])?.isEnded).toBe(false);
    expect(poll([vote("$1", ME, ["a"], 10), vote("$2", BOB, ["b"], 99), end(BOB, 50)])).toMatchObject({
      isEnded: true,
      totalVotes: 1,
      answers: [{ isWinner: true }, {}],
    });
  });
});

describe("changes of the room and its people", () => {
  it.each([
    [{}, { membership: "join" }, "joined"],
    [{ membership: "join" }, { membership: "join", displayname: "Bobby" }, "name_chosen"],
    [{ membership: "join" }, { membership: "leave" }, "left"],
    [{ membership: "join" }, { membership: "leave", reason: "bye" }, "left_reason"],
    [{ membership: "invite" }, { membership: "leave" }, "invite_declined"],
  ])("%j to %j is %s", (previous, content, word) => {
    expect(build({ type: "m.room.member", stateKey: BOB, previous, content })).toMatchObject({
      kind: "membership",
      word,
    });
  });

  it("are nothing where nothing changes", () => {
    expect(
      build({
        type: "m.room.member",
        stateKey: BOB,
        previous: { membership: "join" },
        content: { membership: "join" },
      }),
    ).toBeNull();
  });

  it("say a level of one person", () => {
    const item = build({
      type: "m.room.power_levels",
      stateKey: "",
      previous: { users: {}, users_default: 0 },
      content: { users: { [ME]: 50 } },
    });
    expect(item).toMatchObject({ word: "level_changed", args: ["bob", "alice", "0", "50"] });
  });
});

describe("what may be done", () => {
  it("is nothing with what is not sent", () => {
    expect((build({ isLocal: true, sender: ME }) as MessageItem).can).toEqual({
      edit: false,
      redact: false,
      react: false,
      reply: false,
      pin: false,
    });
  });

  it("is editing for one's own alone", () => {
    expect((build({ sender: ME }) as MessageItem).can).toMatchObject({ edit: true, redact: true });
    expect((build({}) as MessageItem).can).toMatchObject({
      edit: false,
      redact: false,
      react: true,
      reply: true,
      pin: false,
    });
  });
});

it("warns of clear text where everything is encrypted", () => {
  const encrypted = { ...room, encryptedSinceMs: 500 };
  expect(buildItem(event({}), alone(encrypted))).toMatchObject({
    shield: { level: "red", word: "not_encrypted" },
  });
  expect(buildItem(event({ isEncrypted: true }), alone(encrypted))).toMatchObject({ shield: null });
});

it("hides who is ignored", () => {
  expect(build({ sender: "@troll:example.org" })).toBeNull();
});

it("keeps the key of an own message through sending", () => {
  expect(build({ sender: ME, id: "m1", txnId: "m1", isLocal: true })?.key).toBe("m1");
  expect(build({ sender: ME, id: "$sent", txnId: "m1" })?.key).toBe("m1");
  expect(build({ sender: BOB, id: "$sent", txnId: "m1" })?.key).toBe("$sent");
});
