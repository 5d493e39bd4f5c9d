/** The lines of the room list: which rooms are in it, in which order. */

import type { RoomSection, RoomSummary } from "../matrix/types";
import type { WordId } from "../words";

export type RoomFilter = "all" | "unread" | "people" | "rooms" | "favourites";
export const ROOM_FILTERS: readonly RoomFilter[] = ["all", "unread", "people", "rooms", "favourites"];

export type ShownSection = Exclude<RoomSection, "hidden">;
const SECTIONS: readonly ShownSection[] = ["invite", "favourite", "people", "room", "low"];

export const SECTION_WORDS: Readonly<Record<ShownSection, WordId>> = {
  invite: "main.section.invites",
  favourite: "main.section.favourites",
  people: "main.section.people",
  room: "main.section.rooms",
  low: "main.section.low_priority",
};

/** What somebody wants to see of the list. */
export interface ListChoice {
  readonly filter: RoomFilter;
  /** Id of the chosen space; empty for all. */
  readonly space: string;
  readonly collapsed: readonly ShownSection[];
}

export interface HeadingRow {
  readonly kind: "heading";
  readonly section: ShownSection;
  readonly collapsed: boolean;
  /** Of the rooms it hides. */
  readonly unread: number;
  readonly mentions: number;
}

export interface RoomRow {
  readonly kind: "room";
  readonly room: RoomSummary;
}

export type ListRow = HeadingRow | RoomRow;

/** The list from top to bottom. The room that is open stays in it whatever the filter says. */
export function rowsOf(
  rooms: readonly RoomSummary[],
  choice: ListChoice,
  openRoom: string,
): readonly ListRow[] {
  const inside = choice.space === "" ? undefined : roomsInside(rooms, choice.space);
  const sections = new Map<RoomSection, RoomSummary[]>();
  for (const room of rooms) {
    if (room.section === "hidden") continue;
    if (inside !== undefined && !inside.has(room.id) && room.section !== "invite") continue;
    if (!passes(room, choice.filter) && room.id !== openRoom) continue;
    const members = sections.get(room.section);
    if (members === undefined) sections.set(room.section, [room]);
    else members.push(room);
  }
  return SECTIONS.flatMap((section) => sectionRows(section, sections.get(section) ?? [], choice));
}

function sectionRows(section: ShownSection, members: RoomSummary[], choice: ListChoice): ListRow[] {
  if (members.length === 0) return [];
  const collapsed = choice.collapsed.includes(section);
  const { unread, mentions } = collapsed ? totalsOf(members) : { unread: 0, mentions: 0 };
  const heading: HeadingRow = { kind: "heading", section, collapsed, unread, mentions };
  if (collapsed) return [heading];
  members.sort((a, b) => byUrgency(a, b) || byPlace(section, a, b));
  return [heading, ...members.map((room): RoomRow => ({ kind: "room", room }))];
}

/** Ids of the rooms that a space holds, directly or through spaces inside it. */
export function roomsInside(rooms: readonly RoomSummary[], space: string): ReadonlySet<string> {
  const children = new Map<string, string[]>();
  for (const room of rooms) {
    for (const parent of room.parents) {
      const known = children.get(parent);
      if (known === undefined) children.set(parent, [room.id]);
      else known.push(room.id);
    }
  }
  const found = new Set<string>();
  const waiting = [space];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const child of children.get(next) ?? []) {
      if (found.has(child)) continue;
      found.add(child);
      waiting.push(child);
    }
  }
  return found;
}

/** A space as the rail shows it, with what waits inside. */
export interface SpaceRow {
  readonly space: RoomSummary;
  readonly unread: number;
  readonly mentions: number;
  /** Ids of the spaces that it is shown in, from the outermost. */
  readonly around: readonly string[];
}

/** The spaces of the rail by name: the outer ones, and below the chosen one, and those around it, what is inside. */
export function spaceRows(rooms: readonly RoomSummary[], chosen = ""): readonly SpaceRow[] {
  const spaces = rooms
    .filter((room) => room.isSpace && room.membership === "join" && room.successor === null)
    .sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
  const ids = new Set(spaces.map((space) => space.id));
  const isIn = (space: RoomSummary, parent: string) => space.parents.includes(parent) && space.id !== parent;
  const rowsBelow = (space: RoomSummary, around: readonly string[]): readonly SpaceRow[] => {
    const inside = roomsInside(rooms, space.id);
    const waiting = totalsOf(rooms.filter((room) => room.section !== "hidden" && inside.has(room.id)));
    const row = { space, ...waiting, around };
    if (space.id !== chosen && !inside.has(chosen)) return [row];
    const path = [...around, space.id]; // a space may hold one of those that it is in
    const inner = spaces.filter((each) => isIn(each, space.id) && !path.includes(each.id));
    return [row, ...inner.flatMap((each) => rowsBelow(each, path))];
  };
  return spaces
    .filter((space) => !space.parents.some((parent) => parent !== space.id && ids.has(parent)))
    .flatMap((space) => rowsBelow(space, []));
}

/** Whether a room wants to be looked at. */
export function isUnread(room: RoomSummary): boolean {
  return room.unread > 0 || room.mentions > 0 || room.isMarkedUnread || room.membership === "invite";
}

/** Unread and mentions of these together; what is muted counts only by its mentions. */
export function totalsOf(rooms: Iterable<RoomSummary>): {
  readonly unread: number;
  readonly mentions: number;
} {
  let unread = 0;
  let mentions = 0;
  for (const room of rooms) {
    mentions += room.mentions;
    if (room.membership === "invite") unread += 1;
    else if (!room.isMuted) unread += room.unread > 0 ? room.unread : room.isMarkedUnread ? 1 : 0;
  }
  return { unread, mentions };
}

/** What waits in all the rooms that are shown. */
export function waitingIn(rooms: readonly RoomSummary[]): ReturnType<typeof totalsOf> {
  return totalsOf(rooms.filter((room) => room.section !== "hidden"));
}

/** Id of the next room down (1) or up (-1) the list; undefined where there is none. */
export function neighbour(
  rows: readonly ListRow[],
  openRoom: string,
  step: 1 | -1,
  unreadOnly: boolean,
): string | undefined {
  const rooms = rows.flatMap((row) => (row.kind === "room" ? [row.room] : []));
  const here = rooms.findIndex((room) => room.id === openRoom);
  let place = here < 0 ? (step > 0 ? 0 : rooms.length - 1) : here + step;
  for (; place >= 0 && place < rooms.length; place += step) {
    const room = rooms[place];
    if (room !== undefined && (!unreadOnly || isUnread(room))) return room.id;
  }
  return undefined;
}

function passes(room: RoomSummary, filter: RoomFilter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "unread":
      return isUnread(room);
    case "people":
      return room.isDirect;
    case "rooms":
      return !room.isDirect;
    case "favourites":
      return room.section === "favourite";
  }
}

function byUrgency(a: RoomSummary, b: RoomSummary): number {
  return urgency(a) - urgency(b);
}

function urgency(room: RoomSummary): number {
  if (room.mentions > 0) return 0;
  return isUnread(room) && !room.isMuted ? 1 : 2;
}

/** By activity; favourites and low priority where somebody put them. */
function byPlace(section: ShownSection, a: RoomSummary, b: RoomSummary): number {
  if (section === "favourite" || section === "low") {
    const difference = (a.order ?? Number.POSITIVE_INFINITY) - (b.order ?? Number.POSITIVE_INFINITY);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return b.previewTime - a.previewTime || (a.id < b.id ? -1 : 1);
}
