import { type MatrixClient, type Room, RoomMemberEvent, RoomStateEvent } from "matrix-js-sdk";
import type { ClientContext } from "../context";
import { cleanLines, safeName } from "../names";
import { asText } from "../shapes";
import type { MemberSummary, Membership } from "../types";
import { batch, MutableValue, type Value } from "../value";
import { Rights, readPowerLevels } from "./permissions";
import { pictureOf, stateOf } from "./summarize";

/** Who is in a room, as far as it is known. */
export interface MemberList {
  /** Joined, invited, knocking or banned: by power, then by name. */
  readonly members: readonly MemberSummary[];
  /** Whether all of them are known. */
  readonly isComplete: boolean;
}

/** Members and their rights. */
export interface Members {
  /** Everybody in a room; asks the server for all when somebody watches for the first time. */
  members(roomId: string): Value<MemberList>;
  /** What is known of somebody in a room now, without asking. */
  member(roomId: string, userId: string): MemberSummary | null;
  /** What the account may do in a room, kept up to date. */
  rights(roomId: string): Value<Rights>;
}

const SHOWN = new Set(["join", "invite", "knock", "ban"]);
const EMPTY: MemberList = { members: [], isComplete: false };

/** Make it for one account's client. */
export function createMembers(sdk: MatrixClient, context: ClientContext): Members {
  const lists = new Map<string, MutableValue<MemberList>>();
  const rights = new Map<string, MutableValue<Rights>>();
  const stale = new Set<string>();

  const refresh = () => {
    for (const roomId of stale) {
      lists.get(roomId)?.update((before) => ({ ...before, members: summaries(sdk, context, roomId) }));
      rights.get(roomId)?.set(readRights(sdk, roomId));
    }
    stale.clear();
  };
  const touch = (roomId: string | undefined) => {
    if (roomId === undefined || !(lists.has(roomId) || rights.has(roomId))) return;
    stale.add(roomId);
    batch(refresh);
  };
  const onState = (event: { getRoomId(): string | undefined; getType(): string }) => {
    if (event.getType() === "m.room.power_levels" || event.getType() === "m.room.member")
      touch(event.getRoomId());
  };
  const onMember = (_: unknown, member: { roomId: string }) => touch(member.roomId);
  sdk.on(RoomStateEvent.Events, onState);
  sdk.on(RoomMemberEvent.PowerLevel, onMember);
  sdk.on(RoomMemberEvent.Name, onMember);
  context.onStop(() => {
    sdk.off(RoomStateEvent.Events, onState);
    sdk.off(RoomMemberEvent.PowerLevel, onMember);
    sdk.off(RoomMemberEvent.Name, onMember);
  });

  return {
    members: (roomId) => {
      const known = lists.get(roomId);
      if (known !== undefined) return known;
      const list = new MutableValue<MemberList>({ ...EMPTY, members: summaries(sdk, context, roomId) });
      lists.set(roomId, list);
      void load(sdk, context, roomId, list);
      return list;
    },
    member: (roomId, userId) => {
      const room = sdk.getRoom(roomId);
      const member = room?.getMember(userId);
      if (!room || !member) return null;
      return summary(context, member, readRights(sdk, roomId));
    },
    rights: (roomId) => {
      const known = rights.get(roomId);
      if (known !== undefined) return known;
      const value = new MutableValue(readRights(sdk, roomId));
      rights.set(roomId, value);
      return value;
    },
  };
}

/** Read what the account may do in a room from its state. */
export function readRights(sdk: MatrixClient, roomId: string): Rights {
  const room = sdk.getRoom(roomId);
  const me = sdk.getSafeUserId();
  if (room === null) return new Rights(me, false, readPowerLevels({ sender: "", content: {} }, undefined));
  const create = room.currentState.getStateEvents("m.room.create", "");
  const levels = room.currentState.getStateEvents("m.room.power_levels", "");
  const power = readPowerLevels(
    { sender: create?.getSender() ?? "", content: stateOf(room, "m.room.create") },
    levels === null ? undefined : levels.getContent(),
  );
  return new Rights(me, room.getMyMembership() === "join", power);
}

async function load(
  sdk: MatrixClient,
  context: ClientContext,
  roomId: string,
  list: MutableValue<MemberList>,
): Promise<void> {
  const room = sdk.getRoom(roomId);
  if (room?.getMyMembership() !== "join") return;
  try {
    await room.loadMembersIfNeeded();
  } catch (error) {
    // Those that are known are shown; a later look asks again.
    console.warn("members cannot be loaded:", error instanceof Error ? error.name : "unknown");
    return;
  }
  list.set({ members: summaries(sdk, context, roomId), isComplete: true });
}

function summaries(sdk: MatrixClient, context: ClientContext, roomId: string): readonly MemberSummary[] {
  const room = sdk.getRoom(roomId);
  if (room === null) return [];
  const rights = readRights(sdk, roomId);
  return room.currentState
    .getMembers()
    .filter((member) => SHOWN.has(member.membership ?? ""))
    .map((member) => summary(context, member, rights))
    .sort((a, b) => byLevel(a, b) || a.name.localeCompare(b.name) || (a.userId < b.userId ? -1 : 1));
}

function byLevel(a: MemberSummary, b: MemberSummary): number {
  return a.level === b.level ? 0 : b.level - a.level;
}

function summary(
  context: ClientContext,
  member: NonNullable<ReturnType<Room["getMember"]>>,
  rights: Rights,
): MemberSummary {
  const level = rights.levelOf(member.userId);
  const membership = (member.membership ?? "leave") as Membership;
  const isTold = membership === "ban" || membership === "knock";
  return {
    userId: member.userId,
    name: safeName(member.name) || member.userId,
    avatar: pictureOf(member.getMxcAvatarUrl()),
    level,
    role: roleOf(level, rights.power.levels.users_default),
    membership,
    trust: "unknown",
    isIgnored: context.parts().people.isIgnored(member.userId),
    reason: isTold ? cleanLines(asText(member.events.member?.getContent().reason, 500)) : "",
  };
}

/** Name a level; who has less than everybody else is restricted. */
export function roleOf(level: number, usual = 0): MemberSummary["role"] {
  if (level === Number.POSITIVE_INFINITY) return "creator";
  if (level >= 100) return "admin";
  if (level >= 50 && level > usual) return "moderator";
  return level < 0 || level < usual ? "restricted" : "member";
}
