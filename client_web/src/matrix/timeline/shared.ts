import { type MatrixClient, type MatrixEvent, type Room, MatrixEvent as SdkEvent } from "matrix-js-sdk";
import { ask, path } from "../ask";
import { asObjects, asText } from "../shapes";
import type { MessageItem } from "./values";

const PAGE = "100";
/** What may hold a file or a link; what is encrypted may be anything. */
const TYPES = ["m.room.message", "m.sticker", "m.room.encrypted"];

/** Ask for a page of a room's messages, the newest first, decrypted; edits and what was removed are left out. */
export async function sharedEvents(
  sdk: MatrixClient,
  room: Room,
  from: string | undefined,
): Promise<{ readonly events: readonly MatrixEvent[]; readonly next: string | null }> {
  const query = { dir: "b", limit: PAGE, from, filter: JSON.stringify({ types: TYPES }) };
  const answer = await ask(sdk, "GET", path`/rooms/${room.roomId}/messages`, { query });
  const events = asObjects(answer.chunk).map((raw) => known(room, raw));
  await Promise.all(events.map((event) => sdk.decryptEventIfNeeded(event)));
  const next = asText(answer.end, 1_000);
  return {
    events: events.filter((event) => !event.isRedacted() && event.getRelation()?.rel_type !== "m.replace"),
    next: next === "" || next === from || events.length === 0 ? null : next,
  };
}

/** Whether a message holds a file, or leads to a page of the web. */
export function isShared(item: MessageItem): boolean {
  return "media" in item ? item.kind !== "sticker" : item.links.length > 0;
}

/** One event, as the room has it where it is loaded. */
function known(room: Room, raw: Readonly<Record<string, unknown>>): MatrixEvent {
  const loaded = room.findEventById(asText(raw.event_id, 255));
  return loaded ?? new SdkEvent({ ...raw, room_id: room.roomId } as never);
}
