import type { MatrixClient, Room } from "matrix-js-sdk";
import { t } from "../../words";
import { cleanLines, safeName } from "../names";
import { asObject, asText } from "../shapes";
import type { Media, Membership, RoomSection, RoomSummary } from "../types";
import type { AccountIndex } from "./account_index";
import { lastLine } from "./preview";

/** What a summary needs and the room does not hold. */
export interface RoomFacts extends AccountIndex {
  readonly typing: ReadonlyMap<string, readonly string[]>;
  readonly drafts: ReadonlySet<string>;
  /** Room id to the joined spaces that hold it. */
  readonly parents: ReadonlyMap<string, readonly string[]>;
  readonly nowMs: number;
}

type Content = Readonly<Record<string, unknown>>;

const NOTHING: readonly string[] = [];

/** Build what lists show of a room. */
export function summarize(sdk: MatrixClient, room: Room, facts: RoomFacts): RoomSummary {
  const membership = room.getMyMembership() as Membership;
  const invite = membership === "invite" ? inviteOf(sdk, room) : null;
  const directUser =
    facts.direct.get(room.roomId) ?? (membership === "invite" ? room.getDMInviter() : undefined) ?? null;
  const isSpace = room.isSpaceRoom();
  const successor = successorOf(room);
  const last = lastLine(room, facts.nowMs);
  const isPending = membership === "invite" || membership === "knock";
  const isIgnored = invite !== null && facts.ignored.has(invite.userId);
  const isReplaced = successor !== null && sdk.getRoom(successor)?.getMyMembership() === "join";
  return {
    id: room.roomId,
    name: safeName(room.name) || t("names.empty"),
    avatar: avatarOf(room, directUser),
    topic: cleanLines(stateOf(room, "m.room.topic").topic),
    alias: asText(room.getCanonicalAlias(), 255) || null,
    isDirect: directUser !== null && !isSpace,
    directUser,
    isSpace,
    isEncrypted: room.hasEncryptionStateEvent(),
    version: room.getVersion(),
    section: sectionOf(room, {
      membership,
      isIgnored,
      isHidden: isSpace || isReplaced,
      isDirect: directUser !== null,
    }),
    order: orderOf(room),
    membership,
    joinedMembers: room.getJoinedMemberCount(),
    invitedMembers: room.getInvitedMemberCount(),
    preview: last.text,
    previewSender: senderOf(sdk, room, last.sender, directUser !== null),
    previewTime: last.time,
    unread: isPending ? 0 : room.getUnreadNotificationCount("total" as never),
    mentions: isPending ? 0 : room.getUnreadNotificationCount("highlight" as never),
    isMuted: facts.muted.has(room.roomId),
    isMarkedUnread: isMarkedUnread(room),
    hasDraft: facts.drafts.has(room.roomId),
    typing: typingNames(sdk, room, facts),
    parents: facts.parents.get(room.roomId) ?? NOTHING,
    successor,
    invite,
  };
}

/** Return what somebody is called in a room: with their id where somebody else has the same name. */
export function memberName(room: Room, userId: string): string {
  const member = room.getMember(userId);
  return safeName(member?.name) || userId;
}

/** Who said it, where that is not clear: in a direct chat it is the other one. */
function senderOf(sdk: MatrixClient, room: Room, sender: string, isDirect: boolean): string {
  if (sender === "") return "";
  if (sender === sdk.getUserId()) return t("rooms.you");
  return isDirect ? "" : memberName(room, sender);
}

/** Content of the state event with an empty key; empty where there is none. */
export function stateOf(room: Room, type: string, stateKey = ""): Content {
  return asObject(room.currentState.getStateEvents(type, stateKey)?.getContent());
}

/** Return a picture by its address; null where it is none that may be fetched. */
export function pictureOf(mxc: unknown): Media | null {
  return typeof mxc === "string" && /^mxc:\/\/[^/\s]+\/[^/\s]+$/.test(mxc) && mxc.length < 1000
    ? { mxc }
    : null;
}

/** Tell whether two summaries say the same, so that the older one can stay. */
export function isSameSummary(one: RoomSummary, other: RoomSummary): boolean {
  return (Object.keys(one) as (keyof RoomSummary)[]).every((key) => isSame(one[key], other[key]));
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => Object.is(one[name as never], other[name as never]));
}

function avatarOf(room: Room, directUser: string | null): Media | null {
  const own = pictureOf(room.getMxcAvatarUrl());
  if (own !== null || directUser === null) return own;
  return pictureOf((room.getMember(directUser) ?? room.getAvatarFallbackMember())?.getMxcAvatarUrl());
}

function successorOf(room: Room): string | null {
  const successor = asText(stateOf(room, "m.room.tombstone").replacement_room, 255);
  return successor.startsWith("!") ? successor : null;
}

interface Standing {
  readonly membership: Membership;
  readonly isIgnored: boolean;
  readonly isHidden: boolean;
  readonly isDirect: boolean;
}

function sectionOf(room: Room, standing: Standing): RoomSection {
  if (standing.membership === "invite" || standing.membership === "knock")
    return standing.isIgnored ? "hidden" : "invite";
  if (standing.membership !== "join" || standing.isHidden) return "hidden";
  if ("m.favourite" in room.tags) return "favourite";
  if ("m.lowpriority" in room.tags) return "low";
  return standing.isDirect ? "people" : "room";
}

function orderOf(room: Room): number | null {
  const tag = asObject(room.tags["m.favourite"] ?? room.tags["m.lowpriority"]);
  const order = typeof tag.order === "string" ? Number.parseFloat(tag.order) : tag.order;
  return typeof order === "number" && Number.isFinite(order) ? order : null;
}

function isMarkedUnread(room: Room): boolean {
  const marked = room.getAccountData("m.marked_unread") ?? room.getAccountData("com.famedly.marked_unread");
  return asObject(marked?.getContent()).unread === true;
}

function typingNames(sdk: MatrixClient, room: Room, facts: RoomFacts): readonly string[] {
  const typing = facts.typing.get(room.roomId);
  if (typing === undefined) return NOTHING;
  const me = sdk.getUserId();
  const others = typing.filter((userId) => userId !== me && !facts.ignored.has(userId));
  return others.length === 0 ? NOTHING : others.map((userId) => memberName(room, userId));
}

function inviteOf(sdk: MatrixClient, room: Room): RoomSummary["invite"] {
  const event = room.getMember(sdk.getSafeUserId())?.events.member;
  const userId = event?.getSender() ?? "";
  return {
    userId,
    name: userId === "" ? "" : memberName(room, userId),
    reason: cleanLines(asText(event?.getContent().reason, 500)),
  };
}
