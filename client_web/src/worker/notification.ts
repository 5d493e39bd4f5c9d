import de from "@shared/words/de/push.json";
import en from "@shared/words/en/push.json";
import { safeName } from "../matrix/names";
import { asObject, asPositive, asText } from "../matrix/shapes";
import type { WorkerSettings } from "./settings";

/** A message of the push service, read. */
export type Pushed =
  /** The server wants to know that its messages arrive (MSC4174). */
  | { readonly kind: "check"; readonly appId: string; readonly token: string }
  | { readonly kind: "message"; readonly shown: Shown; readonly unread: number | null }
  /** Only the number of what is unread has changed. */
  | { readonly kind: "count"; readonly unread: number };

/** What a notification shows, and where a press on it leads. */
export interface Shown {
  readonly title: string;
  readonly body: string;
  readonly roomId: string;
  readonly eventId: string;
}

const WORDS = { en, de };
const MAX_BODY = 300;

/** Read a message of the push service; everything in it was written by somebody else. */
export function readPushed(data: unknown, settings: WorkerSettings): Pushed {
  const message = asObject(data);
  const token = asText(message.ack_token, 1000);
  if (token !== "") return { kind: "check", appId: asText(message.app_id, 200), token };
  const unread = countOf(message.unread);
  const roomId = asText(message.room_id, 255);
  if (roomId === "") return { kind: "count", unread: unread ?? 0 };
  const shown = { roomId, eventId: asText(message.event_id, 255), ...textsOf(message, settings) };
  return { kind: "message", shown, unread };
}

function textsOf(
  message: Readonly<Record<string, unknown>>,
  settings: WorkerSettings,
): { readonly title: string; readonly body: string } {
  const words = WORDS[settings.language];
  const room = safeName(asText(message.room_name, 255) || asText(message.room_alias, 255));
  const sender = safeName(asText(message.sender_display_name, 255) || asText(message.sender, 255));
  if (message.type === "m.room.member" && message.user_is_target === true) {
    const body = room ? words["push.invite"].replace("{0}", room) : words["push.invite_plain"];
    return { title: sender || "Parlour", body };
  }
  const title =
    sender && room && sender !== room ? fill(words["push.message_from"], sender, room) : sender || room;
  const written = asText(asObject(message.content).body, MAX_BODY).trim();
  const body = settings.showContent && written !== "" ? written : words["push.encrypted"];
  return { title: title || "Parlour", body };
}

function fill(text: string, first: string, second: string): string {
  // What is filled in is never looked at again: a name may contain braces.
  return text.replace(/\{([01])\}/g, (_whole, number: string) => (number === "0" ? first : second));
}

function countOf(value: unknown): number | null {
  return value === 0 ? 0 : (asPositive(value) ?? null);
}
