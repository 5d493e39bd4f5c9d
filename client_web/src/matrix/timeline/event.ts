import { asObject, asText, type JsonObject } from "../shapes";

/**
 * An event as items are made from it: plain, decrypted where that went, and believed by nobody. `relatesTo` is the
 * relation outside of the encryption: nothing else is believed.
 */
export interface TimelineEvent {
  /** Of a local echo its transaction id. */
  readonly id: string;
  readonly roomId: string;
  readonly type: string;
  readonly sender: string;
  readonly atMs: number;
  readonly content: JsonObject;
  readonly stateKey: string | null;
  readonly previous: JsonObject;
  readonly relatesTo: JsonObject;
  readonly txnId: string | null;
  readonly isEncrypted: boolean;
  /** Why it could not be decrypted: `undecryptable.<word>`; empty where it was, or was never encrypted. */
  readonly failure: string;
  readonly isRedacted: boolean;
  readonly redactedBecause: JsonObject;
  /** On its way out: not known to the server yet. */
  readonly isLocal: boolean;
}

export const POLL_START: ReadonlySet<string> = new Set(["m.poll.start", "org.matrix.msc3381.poll.start"]);
export const POLL_RESPONSE: ReadonlySet<string> = new Set([
  "m.poll.response",
  "org.matrix.msc3381.poll.response",
]);
export const POLL_END: ReadonlySet<string> = new Set(["m.poll.end", "org.matrix.msc3381.poll.end"]);

/** Tell how an event relates to another; empty where it does not. */
export function relationType(event: TimelineEvent): string {
  return asText(event.relatesTo.rel_type, 255);
}

/** Tell which event an event relates to; empty where it does not. */
export function relationTarget(event: TimelineEvent): string {
  return asText(event.relatesTo.event_id, 255);
}

/**
 * Tell which event this one answers; a thread's fallback for old clients is no answer.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#rich-replies
 */
export function replyTarget(event: TimelineEvent): string {
  if (relationType(event) === "m.thread" && event.relatesTo.is_falling_back === true) return "";
  return asText(asObject(event.relatesTo["m.in_reply_to"]).event_id, 255);
}

/**
 * Tell whether an event is a row by itself: neither an edit nor a reaction nor a step of something. A relation that
 * breaks the rules does not hide what carries it, so only known pairs are hidden.
 */
export function isRow(event: TimelineEvent): boolean {
  if (event.stateKey !== null) return true;
  const { type } = event;
  if (relationType(event) === "m.replace" && !event.isRedacted) return false;
  if (type === "m.reaction" || type === "m.room.redaction") return false;
  // What only refers to another event is a vote or a step of something, even where it cannot be decrypted.
  if (type === "m.room.encrypted" && relationType(event) === "m.reference") return false;
  if (POLL_RESPONSE.has(type) || POLL_END.has(type)) return false;
  if (type.startsWith("m.call.")) return type === "m.call.invite";
  return !type.startsWith("m.key.verification.") && !type.startsWith("org.matrix.msc3401.");
}
