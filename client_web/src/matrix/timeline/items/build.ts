import { asObject, asTexts, type JsonObject } from "../../shapes";
import type { Shield } from "../../types";
import { editedContent, validEdits } from "../edits";
import { relationTarget, relationType, replyTarget, type TimelineEvent } from "../event";
import { countReactions } from "../reactions";
import type { Surroundings } from "../surroundings";
import { type EventItem, isMessage, type TimelineItem } from "../values";
import { describe } from "./describe";
import type { Fields } from "./fields";
import { allowed } from "./permissions";
import { replyPreview } from "./preview";

const NOT_ENCRYPTED: Shield = { level: "red", word: "not_encrypted" };

/**
 * Show an event; null where it is nothing to be shown. Whatever is wrong with one event, the others stay: it becomes
 * an item of the kind `unknown`.
 */
export function buildItem(event: TimelineEvent, around: Surroundings): EventItem | null {
  const { room } = around;
  if (event.stateKey === null && event.sender !== room.me && room.isIgnored(event.sender)) return null;
  try {
    return built(event, around);
  } catch (error) {
    // What a sender can write must not end a room's timeline.
    console.warn("an event cannot be shown:", event.type, error instanceof Error ? error.name : "");
    return { ...baseOf(event, around), kind: "unknown", type: event.type.slice(0, 255) };
  }
}

function built(event: TimelineEvent, around: Surroundings): EventItem | null {
  const edit = validEdits(event, around.edits).at(-1);
  const content = editedContent(event, edit);
  const fields = describe(event, content, around);
  if (fields === null) return null;
  const base = baseOf(event, around);
  if (!isMessage(fields as TimelineItem)) return { ...base, ...fields } as EventItem;
  const { room } = around;
  const isRedacted = fields.kind === "redacted";
  const answered = isRedacted ? "" : replyTarget(event);
  return {
    ...base,
    ...fields,
    mentionsMe: !base.isOwn && !isRedacted && (around.isHighlight || mentions(content, room.me)),
    isEdited: edit !== undefined,
    editedAtMs: edit?.atMs ?? null,
    reply: answered ? replyPreview(answered, around) : null,
    reactions: isRedacted ? [] : countReactions(event, around.reactions, room),
    thread: around.thread,
    threadRoot: relationType(event) === "m.thread" ? relationTarget(event) : null,
    receipts: around.receipts,
    isPinned: room.pinned.has(event.id),
    shield: around.shield ?? clearTextShield(event, fields, around),
    send: around.send,
    can: allowed(event, fields, around),
  } as EventItem;
}

function baseOf(event: TimelineEvent, { room }: Surroundings) {
  const isOwn = event.sender === room.me;
  return {
    // An own message keeps the name it had while it was being sent.
    key: (isOwn && event.txnId) || event.id,
    atMs: event.atMs,
    eventId: event.isLocal ? null : event.id,
    sender: room.person(event.sender),
    isStranger: !room.isKnown(event.sender),
    isOwn,
    isEncrypted: event.isEncrypted,
  };
}

function mentions(content: JsonObject, me: string): boolean {
  return asTexts(asObject(content["m.mentions"]).user_ids).includes(me);
}

/** A message in clear text where everything is encrypted is worth a warning. */
function clearTextShield(event: TimelineEvent, fields: Fields, { room }: Surroundings): Shield | null {
  const since = room.encryptedSinceMs;
  if (event.isEncrypted || event.isLocal || since === null || event.atMs < since) return null;
  return fields.kind === "redacted" ? null : NOT_ENCRYPTED;
}
