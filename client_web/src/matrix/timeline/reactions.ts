import { asText } from "../shapes";
import { relationType, type TimelineEvent } from "./event";
import type { RoomFacts } from "./surroundings";
import type { Reaction } from "./values";

const MAX_KEY = 100;
const MAX_KINDS = 100;
const MAX_NAMES = 20;

/** Count who reacted with what: everybody once for each, those whom the account ignores never. */
export function countReactions(
  target: TimelineEvent,
  reactions: readonly TimelineEvent[],
  room: RoomFacts,
): readonly Reaction[] {
  if (relationType(target) === "m.annotation" || relationType(target) === "m.replace") return [];
  const byKey = new Map<string, Map<string, TimelineEvent>>();
  for (const reaction of reactions) {
    const key = asText(reaction.relatesTo.key, MAX_KEY);
    if (!key || !counts(reaction, room) || (!byKey.has(key) && byKey.size >= MAX_KINDS)) continue;
    const people = byKey.get(key) ?? new Map<string, TimelineEvent>();
    if (!people.has(reaction.sender)) people.set(reaction.sender, reaction);
    byKey.set(key, people);
  }
  return [...byKey].map(([key, people]) => reactionOf(key, people, room));
}

function counts(reaction: TimelineEvent, room: RoomFacts): boolean {
  return (
    reaction.type === "m.reaction" &&
    relationType(reaction) === "m.annotation" &&
    !reaction.isRedacted &&
    !room.isIgnored(reaction.sender)
  );
}

function reactionOf(key: string, people: ReadonlyMap<string, TimelineEvent>, room: RoomFacts): Reaction {
  const mine = people.get(room.me);
  return {
    key,
    picture: key.startsWith("mxc://") ? key : null,
    count: people.size,
    names: [...people.keys()].slice(0, MAX_NAMES).map((userId) => room.person(userId).name),
    isMine: mine !== undefined,
    myEventId: mine === undefined || mine.isLocal ? null : mine.id,
  };
}
