import { asText, type JsonObject } from "../../shapes";
import { POLL_START, type TimelineEvent } from "../event";
import type { Surroundings } from "../surroundings";
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

/** Give what depends on an event's kind; null for what is not worth a row. */
export function describe(event: TimelineEvent, content: JsonObject, around: Surroundings): Fields | null {
  return builderOf(event, content, around)(event, content, around);
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
