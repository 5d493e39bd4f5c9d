import { describe, expect, it } from "vitest";
import type { RoomSummary } from "../matrix/types";
import { type ListChoice, neighbour, roomsInside, rowsOf, spaceRows, totalsOf } from "./roomRows";

const ALL: ListChoice = { filter: "all", space: "", collapsed: [] };

function room(id: string, more: Partial<RoomSummary> = {}): RoomSummary {
  return {
    id,
    name: id,
    avatar: null,
    topic: "",
    alias: null,
    isDirect: false,
    directUser: null,
    isSpace: false,
    isEncrypted: false,
    version: "12",
    section: "room",
    order: null,
    membership: "join",
    joinedMembers: 2,
    invitedMembers: 0,
    preview: "",
    previewSender: "",
    previewTime: 0,
    unread: 0,
    mentions: 0,
    isMuted: false,
    isMarkedUnread: false,
    hasDraft: false,
    typing: [],
    parents: [],
    successor: null,
    invite: null,
    ...more,
  };
}

function ids(rooms: readonly RoomSummary[], choice = ALL, open = ""): readonly string[] {
  return rowsOf(rooms, choice, open).map((row) =>
    row.kind === "heading" ? `# ${row.section}` : row.room.id,
  );
}

describe("the room list", () => {
  it("has sections in their order, what wants to be read first, then what happened last", () => {
    const rooms = [
      room("quiet", { previewTime: 30 }),
      room("unread", { previewTime: 10, unread: 2 }),
      room("mention", { previewTime: 5, unread: 1, mentions: 1 }),
      room("muted", { previewTime: 20, unread: 9, isMuted: true }),
      room("friend", { section: "people" }),
      room("asked", { section: "invite", membership: "invite" }),
      room("gone", { section: "hidden" }),
    ];
    expect(ids(rooms)).toEqual([
      "# invite",
      "asked",
      "# people",
      "friend",
      "# room",
      "mention",
      "unread",
      "quiet",
      "muted",
    ]);
  });

  it("keeps favourites where somebody put them", () => {
    const favourite = (id: string, order: number | null, previewTime: number) =>
      room(id, { section: "favourite", order, previewTime });
    expect(ids([favourite("b", 0.7, 3), favourite("none", null, 9), favourite("a", 0.2, 1)])).toEqual([
      "# favourite",
      "a",
      "b",
      "none",
    ]);
  });

  it("tells what a folded section hides", () => {
    const rooms = [room("a", { unread: 3 }), room("b", { unread: 4, isMuted: true, mentions: 1 })];
    expect(rowsOf(rooms, { ...ALL, collapsed: ["room"] }, "")).toEqual([
      { kind: "heading", section: "room", collapsed: true, unread: 3, mentions: 1 },
    ]);
  });

  it("keeps the open room whatever the filter says", () => {
    const rooms = [room("read"), room("new", { unread: 1 }), room("open")];
    expect(ids(rooms, { ...ALL, filter: "unread" }, "open")).toEqual(["# room", "new", "open"]);
  });

  it("shows of a space what is inside, and every invitation", () => {
    const rooms = [
      room("space", { isSpace: true, section: "hidden" }),
      room("inner", { isSpace: true, section: "hidden", parents: ["space"] }),
      room("deep", { parents: ["inner"] }),
      room("outside"),
      room("asked", { section: "invite", membership: "invite" }),
    ];
    expect(ids(rooms, { ...ALL, space: "space" })).toEqual(["# invite", "asked", "# room", "deep"]);
  });
});

describe("spaces", () => {
  it("that hold each other end the search", () => {
    const rooms = [
      room("a", { isSpace: true, parents: ["b"] }),
      room("b", { isSpace: true, parents: ["a"] }),
    ];
    expect([...roomsInside(rooms, "a")].sort()).toEqual(["a", "b"]);
  });

  it("inside others are in the rail below the one that is chosen", () => {
    const rooms = [
      room("outer", { isSpace: true, section: "hidden" }),
      room("inner", { isSpace: true, section: "hidden", parents: ["outer"] }),
      room("innermost", { isSpace: true, section: "hidden", parents: ["inner"] }),
      room("deep", { parents: ["inner"], unread: 2 }),
      room("other", { isSpace: true, section: "hidden" }),
    ];
    const shown = (chosen: string) =>
      spaceRows(rooms, chosen).map(({ space, unread, around }) => [space.id, unread, around.length]);
    expect(shown("")).toEqual([
      ["other", 0, 0],
      ["outer", 2, 0],
    ]);
    expect(shown("outer")).toEqual([
      ["other", 0, 0],
      ["outer", 2, 0],
      ["inner", 2, 1],
    ]);
    expect(shown("innermost").at(-1)).toEqual(["innermost", 0, 2]);
  });

  it("that hold one another in the rail are not shown without end", () => {
    const rooms = [
      room("top", { isSpace: true, section: "hidden" }),
      room("a", { isSpace: true, section: "hidden", parents: ["top", "b"] }),
      room("b", { isSpace: true, section: "hidden", parents: ["a"] }),
    ];
    expect(spaceRows(rooms, "b").map(({ space }) => space.id)).toEqual(["top", "a", "b"]);
  });
});

it("counts a marked room and an invitation as one each", () => {
  const rooms = [
    room("a", { isMarkedUnread: true }),
    room("b", { membership: "invite" }),
    room("c", { unread: 5 }),
  ];
  expect(totalsOf(rooms)).toEqual({ unread: 7, mentions: 0 });
});

it("steps through the list as it is shown", () => {
  const rows = rowsOf(
    [
      room("a", { previewTime: 3 }),
      room("b", { previewTime: 2 }),
      room("c", { previewTime: 1, isMarkedUnread: true }),
    ],
    ALL,
    "",
  );
  expect(neighbour(rows, "c", 1, false)).toBe("a");
  expect(neighbour(rows, "a", 1, true)).toBeUndefined();
  expect(neighbour(rows, "b", -1, true)).toBe("c");
  expect(neighbour(rows, "", -1, false)).toBe("b");
});
