import {
  ClientEvent,
  type MatrixClient,
  type MatrixEvent,
  MatrixEventEvent,
  type Room,
  RoomEvent,
} from "matrix-js-sdk";
import { t } from "../../words";
import type { ClientContext } from "../context";
import { lineOf } from "../rooms/preview";
import { memberName, pictureOf } from "../rooms/summarize";
import type { Media } from "../types";
import { type RuleSet, tellsInvites } from "./levels";

/** Something to tell the user outside of the conversation. */
export interface Notice {
  readonly roomId: string;
  /** Empty for an invitation. */
  readonly eventId: string;
  readonly roomName: string;
  readonly sender: string;
  readonly senderName: string;
  /** What was written, plain, one line. */
  readonly text: string;
  readonly avatar: Media | null;
  readonly isLoud: boolean;
  readonly isMention: boolean;
  readonly isDirect: boolean;
}

/** What was told is not told again; older ones are forgotten. */
const MOST_TOLD = 500;
/** What is older than this came late, and is no news. */
const NEWS_MS = 10 * 60_000;

/** Tell of what is new and worth it, as the account's rules say, until the client stops. */
export function watchForNotices(
  sdk: MatrixClient,
  context: ClientContext,
  rules: () => RuleSet,
  tell: (notice: Notice) => void,
): void {
  const told = new Set<string>();
  const isFirst = (id: string) => {
    if (told.has(id)) return false;
    told.add(id);
    if (told.size > MOST_TOLD) told.delete(told.values().next().value!);
    return true;
  };
  const consider = (event: MatrixEvent, room: Room) => {
    const eventId = event.getId();
    if (!eventId?.startsWith("$") || !isNews(event) || event.isDecryptionFailure()) return;
    const actions = sdk.getPushActionsForEvent(event);
    if (!actions?.notify || hasRead(room, context.userId, eventId) || !isFirst(eventId)) return;
    tell(
      noticeOf(context, room, event, {
        isLoud: Boolean(actions.tweaks?.sound),
        isMention: actions.tweaks?.highlight === true,
      }),
    );
  };
  const onTimeline = (
    event: MatrixEvent,
    room: Room | undefined,
    atStart: boolean | undefined,
    _removed: boolean,
    data: { liveEvent?: boolean },
  ) => {
    if (room === undefined || atStart || !data.liveEvent || context.sync.get() !== "live") return;
    if (event.getSender() === context.userId || context.parts().people.isIgnored(event.getSender() ?? ""))
      return;
    if (!event.isBeingDecrypted() && !event.shouldAttemptDecryption()) consider(event, room);
    else event.once(MatrixEventEvent.Decrypted, () => consider(event, room));
  };
  const onMembership = (room: Room, membership: string) => {
    if (membership !== "invite" || context.sync.get() !== "live" || !tellsInvites(rules())) return;
    const event = room.getMember(context.userId)?.events.member;
    const inviter = event?.getSender() ?? "";
    if (context.parts().people.isIgnored(inviter) || !isFirst(`invite ${room.roomId}`)) return;
    tell(inviteNotice(room, inviter));
  };
  sdk.on(RoomEvent.Timeline, onTimeline);
  sdk.on(RoomEvent.MyMembership, onMembership);
  const onRoom = (room: Room) => onMembership(room, room.getMyMembership());
  sdk.on(ClientEvent.Room, onRoom);
  context.onStop(() => {
    sdk.off(RoomEvent.Timeline, onTimeline);
    sdk.off(RoomEvent.MyMembership, onMembership);
    sdk.off(ClientEvent.Room, onRoom);
  });
}

function isNews(event: MatrixEvent): boolean {
  return !event.isRedacted() && Date.now() - event.getTs() < NEWS_MS;
}

function hasRead(room: Room, userId: string, eventId: string): boolean {
  return room.hasUserReadEvent(userId, eventId);
}

function noticeOf(
  context: ClientContext,
  room: Room,
  event: MatrixEvent,
  how: Pick<Notice, "isLoud" | "isMention">,
): Notice {
  const sender = event.getSender() ?? "";
  const summary = context.parts().rooms.get(room.roomId);
  return {
    roomId: room.roomId,
    eventId: event.getId() ?? "",
    roomName: summary?.name ?? room.name,
    sender,
    senderName: memberName(room, sender),
    text: lineOf(event),
    avatar: pictureOf(room.getMember(sender)?.getMxcAvatarUrl()) ?? summary?.avatar ?? null,
    isDirect: summary?.isDirect ?? false,
    ...how,
  };
}

function inviteNotice(room: Room, inviter: string): Notice {
  const senderName = memberName(room, inviter);
  return {
    roomId: room.roomId,
    eventId: "",
    roomName: room.name,
    sender: inviter,
    senderName,
    text: t("main.list.invited_by", senderName),
    avatar: pictureOf(room.getMxcAvatarUrl()),
    isLoud: true,
    isMention: false,
    isDirect: false,
  };
}
