import { plainText, readHtml } from "../../html";
import { oneLine } from "../../names";
import { editedContent, validEdits } from "../edits";
import type { TimelineEvent } from "../event";
import { alone, type RoomFacts, type Surroundings } from "../surroundings";
import type { ReplyPreview } from "../values";
import { describe } from "./describe";
import type { Kind } from "./fields";

/** Put an event into one line, as it is after its edits; what is under a spoiler stays hidden. */
export function previewLine(
  event: TimelineEvent,
  edits: readonly TimelineEvent[],
  room: RoomFacts,
): { readonly kind: Kind; readonly text: string } {
  const content = editedContent(event, validEdits(event, edits).at(-1));
  const fields = describe(event, content, alone(room));
  if (fields === null || !("body" in fields)) return { kind: fields?.kind ?? "unknown", text: "" };
  return { kind: fields.kind, text: oneLine(fields.html ? plainText(readHtml(fields.html)) : fields.body) };
}

/** Show what an event answers; empty until that is known. */
export function replyPreview(eventId: string, around: Surroundings): ReplyPreview {
  const { reply, room } = around;
  if (reply === null || room.isIgnored(reply.sender)) {
    return { eventId, sender: { id: "", name: "", avatar: null }, text: "", kind: null };
  }
  const { kind, text } = previewLine(reply, around.replyEdits, room);
  return { eventId, sender: room.person(reply.sender), text, kind };
}
