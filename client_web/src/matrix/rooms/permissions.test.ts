import { describe, expect, it } from "vitest";
import { Rights, readPowerLevels } from "./permissions";

const ME = "@me:example.org";
const BOB = "@bob:example.org";
const create = (version: string, more: object = {}) => ({
  sender: ME,
  content: { room_version: version, ...more },
});

function rights(version: string, content?: object, joined = true): Rights {
  return new Rights(ME, joined, readPowerLevels(create(version), content as Record<string, unknown>));
}

describe("rights", () => {
  it("are the creator's alone in an old room without power levels", () => {
    expect(rights("11").ownLevel).toBe(100);
    expect(rights("11").mayBan(BOB)).toBe(true);
  });

  it("of creators have no bound from version 12 on", () => {
    const own = rights("12", { users: { [BOB]: 100 } });
    expect(own.ownLevel).toBe(Number.POSITIVE_INFINITY);
    expect(own.mayKick(BOB)).toBe(true);
    expect(own.maySetLevel(ME, 50)).toBe(false);
  });

  it("count additional creators only where the room's version does", () => {
    const both = { additional_creators: [BOB, 7] };
    expect(readPowerLevels(create("12", both), {}).creators).toEqual([ME, BOB]);
    expect(readPowerLevels(create("11", both), {}).creators).toEqual([]);
  });

  it("never reach one's equals", () => {
    const own = rights("11", { users: { [ME]: 50, [BOB]: 50 } });
    expect(own.mayKick()).toBe(true);
    expect(own.mayKick(BOB)).toBe(false);
    expect(own.maySetLevel(BOB, 0)).toBe(false);
    expect(own.maySetLevel("@carol:example.org", 60)).toBe(false);
  });

  it("need both levels to lift a ban", () => {
    expect(rights("11", { users: { [ME]: 50 }, ban: 50, kick: 60 }).mayUnban(BOB)).toBe(false);
  });

  it("are none where one is not joined", () => {
    const none = rights("11", { users: { [ME]: 100 } }, false);
    expect([none.maySend(), none.mayInvite(), none.mayKick(), none.maySet("m.room.name")]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it("read levels that old rooms hold as strings, and nonsense as the default", () => {
    const own = rights("1", { users: { [ME]: "75" }, ban: "many", kick: 1.5, events: { "m.room.name": [] } });
    expect(own.ownLevel).toBe(75);
    expect(own.power.levels.ban).toBe(50);
    expect(own.power.levels.kick).toBe(50);
    expect(own.levelToSet("m.room.name")).toBe(0);
  });
});
