import type { Written } from "../markdown";
import { asObject, asTexts, type JsonObject } from "../shapes";

type Content = Record<string, unknown>;

/** Return the content of a text. Spec: https://spec.matrix.org/v1.19/client-server-api/#mroommessage-msgtypes */
export function textContent(written: Written, msgtype: string): Content {
  const mentions = mentionsOf(written.userIds, written.room);
  const content: Content = { msgtype, body: written.body, "m.mentions": mentions };
  if (written.html)
    Object.assign(content, { format: "org.matrix.custom.html", formatted_body: written.html });
  return content;
}

/** Return a file's content with words below it, or without them where they were taken away. */
export function withCaption(content: JsonObject, caption: Written | null): Content {
  const { format: _format, formatted_body: _formatted, filename, ...rest } = content;
  const name = filename ?? rest.body;
  if (caption === null || !caption.body) return { ...rest, filename: name, body: name, "m.mentions": {} };
  const { msgtype: _msgtype, ...said } = textContent(caption, "");
  return { ...rest, ...said, filename: name };
}

/** Return who is to be notified: an empty object says "nobody", and is always sent. */
export function mentionsOf(userIds: readonly string[], room: boolean): Content {
  const named: Content = {};
  if (userIds.length > 0) named.user_ids = [...new Set(userIds)].sort();
  if (room) named.room = true;
  return named;
}

/**
 * Return how a message relates to what it answers and to its thread. Clients without threads show a message of one
 * as an answer to the latest there.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#forming-relationships-between-events
 */
export function relation(
  threadRoot: string | null,
  latestInThread: string,
  replyTo: string | null,
): Content | null {
  if (threadRoot === null) return replyTo === null ? null : { "m.in_reply_to": { event_id: replyTo } };
  return {
    rel_type: "m.thread",
    event_id: threadRoot,
    is_falling_back: replyTo === null,
    "m.in_reply_to": { event_id: replyTo ?? latestInThread },
  };
}

/**
 * Return the content that replaces an earlier one. Only who is mentioned newly is notified.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#event-replacements
 */
export function replacement(newContent: Content, eventId: string, earlier: JsonObject): Content {
  const { "m.relates_to": _, ...content } = newContent;
  const outer: Content = { ...content, body: `* ${content.body ?? ""}` };
  if (typeof content.formatted_body === "string") outer.formatted_body = `* ${content.formatted_body}`;
  outer["m.mentions"] = newlyMentioned(asObject(content["m.mentions"]), asObject(earlier["m.mentions"]));
  return { ...outer, "m.new_content": content, "m.relates_to": { rel_type: "m.replace", event_id: eventId } };
}

/** Return a reaction. */
export function reaction(eventId: string, key: string): Content {
  return { "m.relates_to": { rel_type: "m.annotation", event_id: eventId, key } };
}

/** Return what is sent on of a message: what it says and its file, but neither whom it named nor what it answered. */
export function forwarded(content: JsonObject): Content {
  const { "m.relates_to": _relation, "m.new_content": _new, "m.mentions": _mentions, ...rest } = content;
  return { ...rest, "m.mentions": {} };
}

function newlyMentioned(now: JsonObject, before: JsonObject): Content {
  const known = new Set(asTexts(before.user_ids));
  const added = asTexts(now.user_ids).filter((userId) => !known.has(userId));
  return mentionsOf(added, now.room === true && before.room !== true);
}
