import { describe, expect, it } from "vitest";
import {
  addKeyword,
  keywords,
  readRules,
  removeKeyword,
  roomLevel,
  roomsWithLevel,
  setRoomLevel,
  setTopic,
  topicLoudness,
} from "./levels";

const ROOM = "!hut:example.org";
const mute = {
  rule_id: ROOM,
  enabled: true,
  actions: [],
  conditions: [{ kind: "event_match", key: "room_id", pattern: ROOM }],
};

function rules(global: object) {
  return readRules({ global });
}

describe("the level of a room", () => {
  it("is read from rules that any client wrote", () => {
    expect(roomLevel(rules({ override: [mute] }), ROOM)).toBe("mute");
    expect(
      roomLevel(rules({ room: [{ rule_id: ROOM, enabled: true, actions: ["dont_notify"] }] }), ROOM),
    ).toBe("mentions");
    expect(roomLevel(rules({ room: [{ rule_id: ROOM, enabled: true, actions: ["notify"] }] }), ROOM)).toBe(
      "all",
    );
    expect(roomLevel(rules({ room: [{ rule_id: ROOM, enabled: false, actions: ["notify"] }] }), ROOM)).toBe(
      "default",
    );
  });

  it("is not taken from an override with other conditions", () => {
    const other = {
      ...mute,
      conditions: [...mute.conditions, { kind: "event_match", key: "type", pattern: "m.x" }],
    };
    expect(roomLevel(rules({ override: [other] }), ROOM)).toBe("default");
  });

  it("takes the mute away before anything else", () => {
    expect(setRoomLevel(rules({ override: [mute] }), ROOM, "mentions")).toEqual([
      { kind: "override", id: ROOM, body: null },
      { kind: "room", id: ROOM, body: { actions: [] } },
    ]);
    expect(setRoomLevel(rules({}), ROOM, "default")).toEqual([]);
  });

  it("names the rooms that have one", () => {
    expect(
      roomsWithLevel(rules({ override: [mute, { rule_id: ".m.rule.master", enabled: false }] })),
    ).toEqual([ROOM]);
  });
});

describe("topics", () => {
  const invite = { rule_id: ".m.rule.invite_for_me", enabled: true, actions: ["notify"] };

  it("become loud by their actions, and are turned on only where they were off", () => {
    const sound = ["notify", { set_tweak: "sound", value: "default" }];
    expect(setTopic(rules({ override: [invite] }), "invite", "loud")).toEqual([
      { kind: "override", id: ".m.rule.invite_for_me", actions: sound },
    ]);
    expect(topicLoudness(rules({ override: [{ ...invite, actions: sound }] }), "invite")).toBe("loud");
  });

  it("of bots are kept quiet by a rule that is on", () => {
    const quiet = rules({ override: [{ rule_id: ".m.rule.suppress_notices", enabled: true, actions: [] }] });
    expect(topicLoudness(quiet, "notice")).toBe("off");
    expect(setTopic(quiet, "notice", "on")).toEqual([
      { kind: "override", id: ".m.rule.suppress_notices", isEnabled: false },
    ]);
  });
});

describe("keywords", () => {
  const known = rules({
    content: [{ rule_id: "bread", enabled: true, pattern: "Bread", actions: ["notify"] }],
  });

  it("are added once, whatever their case", () => {
    expect(keywords(known)).toEqual(["Bread"]);
    expect(addKeyword(known, " bread ")).toEqual([]);
    expect(addKeyword(known, "../Key/s")[0]?.id).toBe("keys");
  });

  it("are removed by their words, not by a name that they may have", () => {
    expect(removeKeyword(known, "BREAD")).toEqual([{ kind: "content", id: "bread", body: null }]);
  });
});

it("reads nonsense as no rules", () => {
  expect(readRules({ global: { override: "many", room: [7, { rule_id: 3 }] } })).toEqual([]);
  expect(readRules(null)).toEqual([]);
});
