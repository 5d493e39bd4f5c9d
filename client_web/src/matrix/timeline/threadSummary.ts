import { NotificationCountType, type Room, type Thread } from "matrix-js-sdk";
import { previewLine } from "./items/preview";
import { plainEvent } from "./sdkEvent";
import type { RoomFacts } from "./surroundings";
import type { ThreadSummary } from "./values";

const MAX_PARTICIPANTS = 5;

/** Summarise a thread, for the message where it begins; null where nobody has answered. */
export function summarizeThread(thread: Thread | null, room: Room, facts: RoomFacts): ThreadSummary | null {
  const last = thread?.replyToEvent;
  if (!thread || !last || thread.length === 0) return null;
  const event = plainEvent(last);
  const senders = thread.events
    .filter((each) => each.getId() !== thread.id)
    .map((each) => each.getSender() ?? "");
  const people = [...new Set([event.sender, ...senders.reverse()])]
    .filter(Boolean)
    .slice(0, MAX_PARTICIPANTS);
  return {
    rootId: thread.id,
    count: thread.length,
    last: facts.person(event.sender),
    lastText: previewLine(event, [], facts).text,
    lastAtMs: event.atMs,
    participants: people.map((userId) => facts.person(userId)),
    unread: room.getThreadUnreadNotificationCount(thread.id, NotificationCountType.Total),
    mentions: room.getThreadUnreadNotificationCount(thread.id, NotificationCountType.Highlight),
  };
}
