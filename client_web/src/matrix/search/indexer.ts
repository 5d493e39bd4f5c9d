import { type MatrixClient, type MatrixEvent, MatrixEventEvent, RoomEvent } from "matrix-js-sdk";
import type { ClientContext } from "../context";
import { plainText, readHtml, withoutReply } from "../html";
import { findLinks, parseMatrixLink } from "../links";
import { asObject, asObjects, asText } from "../shapes";
import type { Kind } from "./query";
import type { KeptMessage, SearchStore } from "./store";

/** Messages are written together, so that reading a history costs few writes. */
const PAUSE_MS = 800;
const MOST_WAITING = 500;
const LONGEST_TEXT = 10_000;

/** Keep the words of every message that is seen, decrypted ones too, until the client stops. */
export function followMessages(sdk: MatrixClient, context: ClientContext, store: SearchStore): void {
  const kept = new Map<string, KeptMessage>();
  const forgotten = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isBroken = false;

  const flush = async () => {
    timer = undefined;
    const [messages, gone] = [[...kept.values()], [...forgotten]];
    kept.clear();
    forgotten.clear();
    if (messages.length === 0 && gone.length === 0) return;
    try {
      await store.write(messages, gone);
    } catch (error) {
      // Without room for an index there is none; the server still searches what is not encrypted.
      isBroken = true;
      console.warn("messages are not kept for search:", error instanceof Error ? error.name : "unknown");
    }
  };
  const schedule = () => {
    if (kept.size >= MOST_WAITING) void flush();
    else timer ??= setTimeout(flush, PAUSE_MS);
  };
  const take = (event: MatrixEvent) => {
    if (isBroken) return;
    const message = messageOf(event);
    if (message === null) return;
    kept.set(message.id, message);
    forgotten.delete(message.id);
    schedule();
  };
  const forget = (event: MatrixEvent) => {
    const id = event.getAssociatedId();
    if (!id) return;
    kept.delete(id);
    forgotten.add(id);
    schedule();
  };
  sdk.on(RoomEvent.Timeline, take);
  sdk.on(MatrixEventEvent.Decrypted, take);
  sdk.on(RoomEvent.Redaction, forget);
  context.onStop(async () => {
    sdk.off(RoomEvent.Timeline, take);
    sdk.off(MatrixEventEvent.Decrypted, take);
    sdk.off(RoomEvent.Redaction, forget);
    clearTimeout(timer);
    await flush();
    await store.close();
  });
}

/** Return what of a message can be searched; null for what is none, has no words, or is not sent yet. */
export function messageOf(event: MatrixEvent): KeptMessage | null {
  const sentId = event.getId();
  if (!sentId?.startsWith("$") || event.isState() || event.isRedacted() || event.isDecryptionFailure())
    return null;
  const edited = event.getRelation()?.rel_type === "m.replace" ? event.getRelation()?.event_id : undefined;
  // An edit counts for its message; that somebody else's edit counts for nothing is seen when it is shown.
  const target = edited === undefined ? undefined : (event as { replaces?: MatrixEvent }).replaces;
  if (target && target.getSender() !== event.getSender()) return null;
  const content = asObject(event.getContent());
  const text = textOf(event.getType(), edited === undefined ? content : asObject(content["m.new_content"]));
  const room = event.getRoomId();
  if (text === "" || room === undefined) return null;
  const sender = event.getSender() ?? "";
  const kinds = kindsOf(event.getType(), content, text);
  return { id: edited ?? sentId, room, sender, time: event.getTs(), text, kinds };
}

const KINDS_OF_FILES: Readonly<Record<string, Kind>> = {
  "m.image": "image",
  "m.video": "video",
  "m.audio": "audio",
  "m.file": "file",
};

/** What a message is or holds, as far as one may look for it. */
export function kindsOf(
  type: string,
  content: Readonly<Record<string, unknown>>,
  text: string,
): readonly Kind[] {
  const ofFile = type === "m.room.message" ? KINDS_OF_FILES[asText(content.msgtype, 100)] : undefined;
  const hasLink = findLinks(text).some(({ target }) => /^https?:/i.test(target) && !parseMatrixLink(target));
  return [...(ofFile === undefined ? [] : [ofFile]), ...(hasLink ? (["link"] as const) : [])];
}

function textOf(type: string, content: Readonly<Record<string, unknown>>): string {
  if (type === "m.poll.start" || type === "org.matrix.msc3381.poll.start") return pollText(content);
  if (type !== "m.room.message" && type !== "m.sticker") return "";
  const formatted = asText(content.formatted_body, LONGEST_TEXT);
  const body = formatted
    ? plainText(readHtml(formatted), "")
    : withoutReply(asText(content.body, LONGEST_TEXT));
  const name = asText(content.filename, 300);
  return (name !== "" && name !== body ? `${body} ${name}` : body).trim();
}

function pollText(content: Readonly<Record<string, unknown>>): string {
  const poll = asObject(content["m.poll"] ?? content["org.matrix.msc3381.poll.start"]);
  const said = (part: Readonly<Record<string, unknown>>) =>
    asText(asObjects(part["m.text"])[0]?.body ?? part["org.matrix.msc1767.text"] ?? part.body, LONGEST_TEXT);
  return [asObject(poll.question), ...asObjects(poll.answers).slice(0, 20)]
    .map(said)
    .filter(Boolean)
    .join(" ");
}
