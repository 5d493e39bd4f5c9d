import { isOnlyEmoji } from "../../emoji";
import { linkTargets, readHtml, withoutReply } from "../../html";
import { findLinks, previewable } from "../../links";
import { asText, type JsonObject } from "../../shapes";
import { replyTarget, type TimelineEvent } from "../event";
import type { TextItem } from "../values";
import type { Builder, Fields } from "./fields";

const KINDS: Readonly<Record<string, TextItem["kind"]>> = {
  "m.emote": "emote",
  "m.notice": "notice",
  "m.server_notice": "notice",
};
/** Links further into a message than this are not previewed. */
const MAX_SEARCHED = 5_000;

/** Show a message that is text; an unknown kind of message shows what it says for such a case. */
export const buildText: Builder = (event, content) => textFields(event, content);

/** The fields of a text, which other kinds begin with. */
export function textFields(
  event: TimelineEvent,
  content: JsonObject,
): Fields & { kind: TextItem["kind"]; body: string } {
  const said = asText(content.body);
  const body = replyTarget(event) ? withoutReply(said) : said;
  const html = formatted(content);
  return {
    kind: KINDS[asText(content.msgtype, 100)] ?? "text",
    body,
    html,
    isOnlyEmoji: isOnlyEmoji(body),
    links: linksOf(body, html),
  };
}

/** Give the formatted text of a message; empty where there is none. */
export function formatted(content: JsonObject): string {
  return content.format === "org.matrix.custom.html" ? asText(content.formatted_body) : "";
}

/** Give web addresses that may be previewed, at most three, in order. */
export function linksOf(body: string, html: string): readonly string[] {
  if (html) return html.includes("href") ? previewable(linkTargets(readHtml(html))) : [];
  if (!body.includes("://") && !body.includes("www.")) return [];
  return previewable(findLinks(body.slice(0, MAX_SEARCHED)).map((link) => link.target));
}
