import type { KeyboardEvent } from "react";
import type { Outbox } from "../../../matrix/outbox";
import { isMessage, type MessageItem } from "../../../matrix/timeline/values";
import { until } from "../../../matrix/value";
import { isShortcut } from "../../../state/shortcuts";
import type { Conversation } from "../Conversation";
import type { Field } from "./useField";
import { writtenText } from "./useSend";

/** In an empty field: Up edits one's last message, Ctrl+Up answers the one above. Tell whether a key did. */
export function stepTarget(
  event: KeyboardEvent,
  conversation: Conversation,
  field: Pick<Field, "ref" | "set">,
  outbox: Pick<Outbox, "cancel">,
): boolean {
  if (isShortcut(event.nativeEvent, "replyPrevious")) return replyAbove(conversation);
  const isPlain = !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey);
  if (event.key !== "ArrowUp" || !isPlain || conversation.composer.target.get().edit !== null) return false;
  const last = messagesOf(conversation).findLast((item) => item.isOwn && (item.can.edit || isOnItsWay(item)));
  if (last === undefined) return false;
  if (last.send === null) conversation.composer.edit(last);
  else if (last.send.state === "sending") void editWhenSent(last.key, conversation, field);
  else takeBack(last, conversation, field, outbox);
  return true;
}

function replyAbove(conversation: Conversation): boolean {
  const { composer, reveal } = conversation;
  const messages = messagesOf(conversation);
  const { reply } = composer.target.get();
  const place = reply === null ? messages.length : messages.findIndex((item) => item.key === reply.key);
  const above = messages.slice(0, Math.max(0, place)).findLast((item) => item.can.reply);
  if (above === undefined) return false;
  composer.reply(above);
  if (above.eventId !== null) reveal(above.eventId);
  return true;
}

/** What the server is about to have can be edited when it has it; unless something else is being written by then. */
async function editWhenSent(
  key: string,
  conversation: Conversation,
  { ref }: Pick<Field, "ref">,
): Promise<void> {
  const { composer, timeline } = conversation;
  const find = () => messagesOf(conversation).find((item) => item.key === key);
  await until(timeline.snapshot, () => find()?.send?.state !== "sending");
  const sent = find();
  if (sent?.can.edit && ref.current?.value === "" && composer.target.get().edit === null) composer.edit(sent);
}

/** What waits, or could not be sent, is written on as if it had never been sent. */
function takeBack(
  item: MessageItem,
  conversation: Conversation,
  { set }: Pick<Field, "set">,
  outbox: Pick<Outbox, "cancel">,
): void {
  const { composer, roomId } = conversation;
  const answered = messagesOf(conversation).find((each) => each.eventId === item.reply?.eventId);
  outbox.cancel(roomId, item.key);
  set(writtenText(item, composer));
  if (item.reply && answered) composer.reply(answered);
}

function isOnItsWay(item: MessageItem): boolean {
  return item.send !== null && item.kind === "text";
}

function messagesOf({ timeline }: Conversation): readonly MessageItem[] {
  return timeline.snapshot.get().items.filter(isMessage);
}
