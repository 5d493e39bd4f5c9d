import type { RoomSummary } from "../../matrix/types";
import { rankOf } from "../../state/ranking";
import { isUnread } from "../../state/roomRows";

const MOST = 30;

/** Rooms whose name, address or person fits, best first; without words those that want to be read, then recent ones. */
export function switchRows(
  rooms: readonly RoomSummary[],
  words: string,
  openRoom: string | null,
): readonly RoomSummary[] {
  const found: { readonly room: RoomSummary; readonly rank: number }[] = [];
  for (const room of rooms) {
    if (!canBeOpened(room) || (room.id === openRoom && words === "")) continue;
    const rank = rankOf(words, room.name, (room.alias ?? "").slice(1), (room.directUser ?? "").slice(1));
    if (rank !== undefined) found.push({ room, rank });
  }
  found.sort(
    (a, b) => a.rank - b.rank || urgency(a.room) - urgency(b.room) || b.room.previewTime - a.room.previewTime,
  );
  return found.slice(0, MOST).map(({ room }) => room);
}

function canBeOpened(room: RoomSummary): boolean {
  return room.isSpace ? room.membership === "join" : room.section !== "hidden";
}

function urgency(room: RoomSummary): number {
  if (room.mentions > 0) return 0;
  return isUnread(room) && !room.isMuted ? 1 : 2;
}
