import { readHtml, withoutSpoilers } from "../../../matrix/html";
import type { MessageItem } from "../../../matrix/timeline/values";
import { kindWords } from "./kindWords";

type Said = Pick<MessageItem, "kind" | "body" | "html"> &
  Partial<Pick<MessageItem & { kind: "file" }, "media">>;

/** What a message says, for who listens: without the marks of its markup, and without what spoilers hide. */
export function spokenText(item: Said): string {
  const nodes = item.html ? readHtml(item.html) : [];
  const said = nodes.length > 0 ? withoutSpoilers(nodes) : item.body;
  return said || item.media?.name || kindWords(item.kind);
}
