import { asObject, asText, asTexts, type JsonObject } from "../../shapes";
import type { Shield } from "../../types";
import { editedContent, validEdits } from "../edits";
import { POLL_START, relationTarget, relationType, replyTarget, type TimelineEvent } from "../event";
import { countReactions } from "../reactions";
import type { Surroundings } from "../surroundings";
import { type EventItem, isMessage, type TimelineItem } from "../values";
import type { Builder, Fields } from "./fields";
import { buildGallery, buildMedia, buildSticker, GALLERY_TYPES } from "./media";
import { buildMembership } from "./membership";
import {
  buildCall,
  buildLocation,
  buildPoll,
  buildRedacted,
  buildUndecryptable,
  buildUnknown,
  buildVerification,
} from "./others";
import { allowed } from "./permissions";
import { replyPreview } from "./preview";
import { buildState } from "./state";
import { buildText } from "./text";

const MESSAGES: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ["m.image", buildMedia],
  ["m.video", buildMedia],
  ["m.audio", buildMedia],
  ["m.file", buildMedia],
  ["m.location", buildLocation],
  ["m.key.verification.request", buildVerification],
  ...GALLERY_TYPES.map((type) => [type, buildGallery] as const),
]);
const TYPES: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ["m.sticker", buildSticker],
  ["m.call.invite", buildCall],
  ...[...POLL_START].map((type) => [type, buildPoll] as const),
]);
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

/** Give what depends on an event's kind; null for what is not worth a row. */
export function describe(event: TimelineEvent, content: JsonObject, around: Surroundings): Fields | null {
  return builderOf(event, content, around)(event, content, around);
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

function builderOf(event: TimelineEvent, content: JsonObject, around: Surroundings): Builder {
  if (event.type === "m.room.member" && event.stateKey !== null) return buildMembership;
  if (event.isRedacted || around.isGoing) return event.stateKey === null ? buildRedacted : buildState;
  if (event.stateKey !== null) return buildState;
  if (event.type === "m.room.encrypted" || event.failure !== "") return buildUndecryptable;
  if (event.type !== "m.room.message") return TYPES.get(event.type) ?? buildUnknown;
  // A message of a kind that we do not know is shown by its body, if it has one.
  return (
    MESSAGES.get(asText(content.msgtype, 100)) ??
    (typeof content.body === "string" ? buildText : buildUnknown)
  );
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
