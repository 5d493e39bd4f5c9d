import type { MatrixClient } from "matrix-js-sdk";
import { ask, path, unlessMissing } from "../ask";
import { BadAnswer } from "../errors";
import { asText } from "../shapes";
import { changeAccountData } from "./account_data";
import { messagesOf } from "./messages_of";

/** Coming into rooms, leaving them, and bringing or removing others. The list changes when sync says so. */
export interface Memberships {
  /** Join by id or address, and return the id. `via`: servers that know the room. */
  join(room: string, via?: readonly string[], reason?: string): Promise<string>;
  /** Ask to be let in, and return the room's id. */
  knock(room: string, via?: readonly string[], reason?: string): Promise<string>;
  /** Leave a room, decline an invitation, or withdraw a request. */
  leave(roomId: string, reason?: string): Promise<void>;
  /** Forget a room that was left, here and on the server. */
  forget(roomId: string): Promise<void>;
  invite(roomId: string, userId: string, reason?: string): Promise<void>;
  /** Remove somebody, or take back an invitation. */
  kick(roomId: string, userId: string, reason?: string): Promise<void>;
  ban(roomId: string, userId: string, reason?: string): Promise<void>;
  unban(roomId: string, userId: string): Promise<void>;
  /** Remove for everybody what somebody wrote, the newest first: up to 500 messages, loaded here or not. */
  removeMessages(roomId: string, userId: string): Promise<void>;
  /** Have a room count as the direct chat with somebody, or as none. */
  setDirect(roomId: string, userId: string | null): Promise<void>;
}

/** Make it for one account's client. */
export function createMemberships(sdk: MatrixClient): Memberships {
  const enter = async (act: "join" | "knock", room: string, via: readonly string[], reason: string) => {
    // `server_name` is what `via` was called before version 1.12.
    const query = via.length === 0 ? {} : { via, server_name: via };
    const where = act === "join" ? path`/join/${room}` : path`/knock/${room}`;
    const answer = await ask(sdk, "POST", where, { query, body: withReason(reason) });
    const roomId = asText(answer.room_id, 255);
    if (!roomId.startsWith("!")) throw new BadAnswer("a room without an id");
    return roomId;
  };
  const change = async (act: string, roomId: string, userId: string, reason = "") => {
    const body = { user_id: userId, ...withReason(reason) };
    await ask(sdk, "POST", `${path`/rooms/${roomId}`}/${act}`, { body });
  };
  const setDirect = (roomId: string, userId: string | null) =>
    changeAccountData(sdk, "m.direct", (content) => withDirect(content, roomId, userId));

  const join: Memberships["join"] = async (room, via = [], reason = "") => {
    const inviter =
      sdk.getRoom(room)?.getMyMembership() === "invite" ? sdk.getRoom(room)?.getDMInviter() : undefined;
    // The SDK takes the keys of what was said before, which whoever invites may share.
    const roomId = reason
      ? await enter("join", room, via, reason)
      : (await sdk.joinRoom(room, { viaServers: [...via], acceptSharedHistory: true })).roomId;
    // Who accepts a direct chat has one, too.
    if (inviter !== undefined) await setDirect(roomId, inviter);
    return roomId;
  };
  return {
    join,
    knock: (room, via = [], reason = "") => enter("knock", room, via, reason),
    leave: async (roomId, reason = "") => {
      await ask(sdk, "POST", path`/rooms/${roomId}/leave`, { body: withReason(reason) });
    },
    forget: async (roomId) => {
      await unlessMissing(sdk.forget(roomId, true));
    },
    invite: async (roomId, userId, reason = "") => {
      await sdk.invite(roomId, userId, withReason(reason));
    },
    kick: (roomId, userId, reason) => change("kick", roomId, userId, reason),
    ban: (roomId, userId, reason) => change("ban", roomId, userId, reason),
    unban: (roomId, userId) => change("unban", roomId, userId),
    removeMessages: async (roomId, userId) => {
      for await (const eventId of messagesOf(sdk, roomId, userId)) await sdk.redactEvent(roomId, eventId);
    },
    setDirect,
  };
}

function withReason(reason: string): { reason?: string } {
  return reason === "" ? {} : { reason };
}

/** Return `m.direct` with a room in the right place: under one person or none. */
export function withDirect(
  content: Readonly<Record<string, unknown>>,
  roomId: string,
  userId: string | null,
): Record<string, string[]> {
  const people: Record<string, string[]> = {};
  for (const [person, rooms] of Object.entries(content)) {
    const others = Array.isArray(rooms)
      ? rooms.filter((room) => typeof room === "string" && room !== roomId)
      : [];
    if (others.length > 0) people[person] = others;
  }
  if (userId !== null) people[userId] = [...(people[userId] ?? []), roomId];
  return people;
}
