import type { MatrixEvent, Room } from "matrix-js-sdk";
import { t } from "../../words";
import { plainText, readHtml, withoutReply } from "../html";
import { oneLine } from "../names";
import { asObject, asObjects, asText } from "../shapes";

const POLL_STARTS = new Set(["m.poll.start", "org.matrix.msc3381.poll.start"]);
const MESSAGES = new Set(["m.room.message", "m.sticker", "m.room.encrypted", ...POLL_STARTS]);
const VERIFICATION_REQUEST = "m.key.verification.request";
/** More of a body is not looked at for one line. */
const LONGEST_BODY = 4_000;
/** So far back a line is looked for. */
const MOST_EVENTS = 60;

/** The newest thing in a room that is worth a line. */
export interface LastLine {
  readonly text: string;
  readonly sender: string;
  /** By the sender's clock, but never in the future, which would keep a room on top for ever; 0 for nothing. */
  readonly time: number;
}

/** Find the newest message of a room; without one the time of what happened at all. */
export function lastLine(room: Room, nowMs: number): LastLine {
  const events = room.getLiveTimeline().getEvents();
  const from = Math.max(0, events.length - MOST_EVENTS);
  for (let at = events.length - 1; at >= from; at -= 1) {
    const event = events[at]!;
    if (!isLine(event)) continue;
    return { text: lineOf(event), sender: event.getSender() ?? "", time: timeOf(event, nowMs) };
  }
  const newest = events.at(-1);
  return { text: "", sender: "", time: newest === undefined ? 0 : timeOf(newest, nowMs) };
}

/** Put a message into one plain line; empty where nothing can be said of it. */
export function lineOf(event: MatrixEvent): string {
  const content = asObject(event.getContent());
  const type = event.getType();
  if (POLL_STARTS.has(type)) return oneLine(question(content));
  if (event.isDecryptionFailure()) return t("undecryptable.no_key");
  if (type === "m.sticker") return oneLine(asText(content.body, 200)) || t("export.sticker");
  if (type !== "m.room.message") return "";
  const named = fileLine(content);
  if (named !== undefined) return named;
  const formatted = asText(content.formatted_body, LONGEST_BODY);
  if (formatted !== "") {
    const line = oneLine(plainText(readHtml(formatted)));
    if (line !== "") return line;
  }
  return oneLine(withoutReply(asText(content.body, LONGEST_BODY)));
}

/** What has a file in it is named by its caption, or by its kind. */
function fileLine(content: Readonly<Record<string, unknown>>): string | undefined {
  const body = asText(content.body, LONGEST_BODY);
  const caption = typeof content.filename === "string" && content.filename !== body ? oneLine(body) : "";
  switch (content.msgtype) {
    case "m.image":
      return caption || t("main.kind.image");
    case "m.location":
      return t("main.kind.location");
    case "m.audio":
      return isVoice(content) ? t("main.kind.voice") : caption || oneLine(body);
    case "m.video":
    case "m.file":
      return caption || oneLine(asText(content.filename, 200) || body);
    default:
      return undefined;
  }
}

function isVoice(content: Readonly<Record<string, unknown>>): boolean {
  return typeof (content["m.voice"] ?? content["org.matrix.msc3245.voice"]) === "object";
}

/** Find the question of a poll, which was written in three ways. */
function question(content: Readonly<Record<string, unknown>>): string {
  const start = asObject(content["m.poll"] ?? content["org.matrix.msc3381.poll.start"]);
  const asked = asObject(start.question);
  const blocks = asObjects(asked["m.text"]);
  return asText(blocks[0]?.body ?? asked["m.text"] ?? asked.body, LONGEST_BODY);
}

function isLine(event: MatrixEvent): boolean {
  if (event.isState() || event.isRedacted() || !MESSAGES.has(event.getType())) return false;
  // A request to verify is between two programs: its body speaks to those that cannot.
  if (event.getContent().msgtype === VERIFICATION_REQUEST) return false;
  return event.getRelation()?.rel_type !== "m.replace";
}

function timeOf(event: MatrixEvent, nowMs: number): number {
  return Math.max(0, Math.min(event.getTs(), nowMs));
}
