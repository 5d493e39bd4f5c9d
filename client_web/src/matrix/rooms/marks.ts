import type { MatrixClient } from "matrix-js-sdk";
import { ask, path, unlessMissing } from "../ask";
import type { ClientContext } from "../context";
import { preferences } from "../settings/preferences";
import { asInteger, asObject } from "../shapes";
import { setRoomAccountData } from "./account_data";

/** What an account marks a room with, for itself alone. */
export interface Marks {
  /** Put a room among the favourites, to the end of the list, or where it belongs by itself. */
  setPlace(roomId: string, place: "favourite" | "low" | "normal"): Promise<void>;
  /** Have a room notify of nothing, on every device; for some hours, or until somebody says otherwise. */
  mute(roomId: string, hours?: number): Promise<void>;
  unmute(roomId: string): Promise<void>;
  /** Say that everything in a room has been read, and take the mark away. */
  markRead(roomId: string): Promise<void>;
  markUnread(roomId: string): Promise<void>;
  markAllRead(): Promise<void>;
}

const FAVOURITE = "m.favourite";
const LOW_PRIORITY = "m.lowpriority";
const UNREAD = "m.marked_unread";
const MUTE = "io.parlour.mute";
const HOUR_MS = 3_600_000;
/** The machine's clock may be changed, or sleep: look again at least this often. */
const LONGEST_WAIT_MS = 600_000;
/** After some request failed. */
const RETRY_MS = 60_000;

/** Make it for one account's client; mutes that are over are lifted. */
export function createMarks(sdk: MatrixClient, context: ClientContext): Marks {
  const tag = async (roomId: string, name: string, isWanted: boolean) => {
    const has = name in (sdk.getRoom(roomId)?.tags ?? {});
    if (isWanted && !has) await sdk.setRoomTag(roomId, name, {});
    if (!isWanted && has) await unlessMissing(sdk.deleteRoomTag(roomId, name));
  };
  const setMuteTime = async (roomId: string, untilMs: number | null) => {
    if (untilMs === null && muteEnd(sdk, roomId) === 0) return;
    await setRoomAccountData(sdk, roomId, MUTE, untilMs === null ? {} : { until_ms: untilMs });
  };
  const unmute = async (roomId: string) => {
    await unlessMissing(ask(sdk, "DELETE", path`/pushrules/global/override/${roomId}`));
    await setMuteTime(roomId, null);
  };
  const markRead = async (roomId: string) => {
    await readAll(sdk, roomId);
    if (isMarked(sdk, roomId)) await setRoomAccountData(sdk, roomId, UNREAD, { unread: false });
  };
  liftMutes(sdk, context, unmute);
  return {
    setPlace: async (roomId, place) => {
      await tag(roomId, LOW_PRIORITY, place === "low");
      await tag(roomId, FAVOURITE, place === "favourite");
    },
    mute: async (roomId, hours) => {
      const condition = { kind: "event_match", key: "room_id", pattern: roomId };
      const body = { conditions: [condition], actions: [] };
      await ask(sdk, "PUT", path`/pushrules/global/override/${roomId}`, { body });
      await setMuteTime(roomId, hours === undefined ? null : Date.now() + hours * HOUR_MS);
    },
    unmute,
    markRead,
    markUnread: (roomId) => setRoomAccountData(sdk, roomId, UNREAD, { unread: true }),
    markAllRead: async () => {
      const unread = context
        .parts()
        .rooms.list.get()
        .filter((room) => room.membership === "join");
      for (const room of unread) {
        if (room.unread > 0 || room.mentions > 0 || room.isMarkedUnread) await markRead(room.id);
      }
    },
  };
}

/** Send the receipts that say so; others see them only where the reader lets them. */
async function readAll(sdk: MatrixClient, roomId: string): Promise<void> {
  const room = sdk.getRoom(roomId);
  const newest = room?.getLastLiveEvent() ?? room?.getLiveTimeline().getEvents().at(-1);
  const eventId = newest?.getId();
  if (!eventId?.startsWith("$")) return;
  const kind = preferences.get().publicReceipts ? "m.read" : "m.read.private";
  await ask(sdk, "POST", path`/rooms/${roomId}/read_markers`, {
    body: { "m.fully_read": eventId, [kind]: eventId },
  });
}

function isMarked(sdk: MatrixClient, roomId: string): boolean {
  return (
    asObject(
      sdk
        .getRoom(roomId)
        ?.getAccountData(UNREAD as never)
        ?.getContent(),
    ).unread === true
  );
}

function muteEnd(sdk: MatrixClient, roomId: string): number {
  return asInteger(
    asObject(
      sdk
        .getRoom(roomId)
        ?.getAccountData(MUTE as never)
        ?.getContent(),
    ).until_ms,
  );
}

/** Let rooms be heard again when their time is over. Every device does; lifting one twice changes nothing. */
function liftMutes(
  sdk: MatrixClient,
  context: ClientContext,
  unmute: (roomId: string) => Promise<void>,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async () => {
    let waitMs = LONGEST_WAIT_MS;
    for (const room of sdk.getRooms()) {
      const end = muteEnd(sdk, room.roomId);
      if (end === 0) continue;
      if (end > Date.now()) waitMs = Math.min(waitMs, end - Date.now());
      else await unmute(room.roomId).catch(() => (waitMs = Math.min(waitMs, RETRY_MS)));
    }
    timer = setTimeout(look, waitMs);
  };
  const begin = context.sync.subscribe(() => {
    if (context.sync.get() !== "live") return;
    clearTimeout(timer);
    void look();
  });
  context.onStop(() => {
    begin();
    clearTimeout(timer);
  });
}
