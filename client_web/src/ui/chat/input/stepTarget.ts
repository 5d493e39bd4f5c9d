import type { KeyboardEvent } from "react";
import { isMessage, type MessageItem } from "../../../matrix/timeline/values";
import { isShortcut } from "../../../state/shortcuts";
import type { Conversation } from "../Conversation";

/** In an empty field: Up edits one's last message, Ctrl+Up answers the one above. Tell whether a key did. */
export function stepTarget(event: KeyboardEvent, { composer, timeline, reveal }: Conversation): boolean {
  const messages = timeline.snapshot.get().items.filter(isMessage);
  const { reply, edit } = composer.target.get();
  if (isShortcut(event.nativeEvent, "replyPrevious")) {
    const place = reply === null ? messages.length : messages.findIndex((item) => item.key === reply.key);
    const above = messages.slice(0, Math.max(0, place)).findLast((item) => item.can.reply);
    if (above === undefined) return false;
    composer.reply(above);
    if (above.eventId !== null) reveal(above.eventId);
    return true;
  }
  if (
    event.key !== "ArrowUp" ||
    event.ctrlKey ||
    event.altKey ||
    event.metaKey ||
    event.shiftKey ||
    edit !== null
  )
    return false;
  const last = messages.findLast((item: MessageItem) => item.isOwn && item.can.edit);
  if (last === undefined) return false;
  composer.edit(last);
  return true;
}
