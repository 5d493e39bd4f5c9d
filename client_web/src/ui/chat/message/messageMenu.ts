import { matrixTo } from "../../../matrix/links";
import type { MessageItem } from "../../../matrix/timeline/values";
import type { Chat } from "../../../state/ChatContext";
import { keysText } from "../../../state/shortcuts";
import { t } from "../../../words";
import { type MenuContent, type MenuEntry, showToast } from "../../controls";
import { act } from "../../shell/act";
import type { Conversation } from "../Conversation";

/** All that can be done to a message. */
export function messageMenu(
  item: MessageItem,
  chat: Chat,
  conversation: Conversation,
  isDeveloper: boolean,
): MenuContent {
  const groups = [
    writing(item, chat, conversation),
    passingOn(item, chat, conversation),
    about(item, chat, conversation, isDeveloper),
    taking(item, chat, conversation),
  ].filter((group) => group.length > 0);
  return groups.flatMap((group, index) => (index === 0 ? group : ["separator" as const, ...group]));
}

function writing(item: MessageItem, chat: Chat, { composer, threadRoot }: Conversation): MenuEntry[] {
  const entries: MenuEntry[] = [];
  const { eventId } = item;
  if (item.can.reply) entries.push(entry("reply", "reply", () => composer.reply(item)));
  if (item.can.reply && threadRoot === null && eventId !== null) {
    entries.push(
      entry("thread", "message-square-text", () =>
        chat.openPanel({ kind: "thread", rootId: item.threadRoot ?? eventId }),
      ),
    );
  }
  if (item.can.edit)
    entries.push({ ...entry("edit", "pencil", () => composer.edit(item)), keys: keysText("editLast") });
  return entries;
}

function passingOn(item: MessageItem, chat: Chat, { roomId, picks }: Conversation): MenuEntry[] {
  const entries: MenuEntry[] = [];
  const { eventId } = item;
  if (eventId !== null && item.kind !== "redacted" && item.kind !== "undecryptable") {
    entries.push(entry("forward", "forward", () => chat.openDialog({ kind: "forward", roomId, eventId })));
  }
  if (eventId !== null && item.can.pin) {
    const word = item.isPinned ? "unpin" : "pin";
    entries.push(
      entry(
        word,
        item.isPinned ? "pin-off" : "pin",
        () => void act(chat.client.outbox.pin(roomId, eventId, !item.isPinned)),
      ),
    );
  }
  if (item.body) entries.push(entry("copy", "copy", () => copy(item.body, t("chat.copied_text"))));
  if (eventId !== null)
    entries.push(entry("copy_link", "link", () => copy(matrixTo(roomId, eventId), t("chat.copied_link"))));
  const pick = (): void => picks.toggle(item.key);
  if (eventId !== null) entries.push({ label: t("main.select.begin"), icon: "circle-check", onSelect: pick });
  return entries;
}

function about(item: MessageItem, chat: Chat, { roomId }: Conversation, isDeveloper: boolean): MenuEntry[] {
  const { eventId } = item;
  const entries: MenuEntry[] = [];
  if ("media" in item && item.send === null) {
    const save = (): void => void act(chat.client.media.save(item.media));
    entries.push({ label: t("main.media.save"), icon: "download", onSelect: save });
  }
  if (eventId !== null && item.isEdited) {
    entries.push(entry("history", "history", () => chat.openDialog({ kind: "history", roomId, eventId })));
  }
  entries.push(entry("person", "user", () => chat.openPanel({ kind: "person", userId: item.sender.id })));
  if (eventId !== null && isDeveloper) {
    entries.push(entry("source", "braces", () => chat.openDialog({ kind: "source", roomId, eventId })));
  }
  return entries;
}

function taking(item: MessageItem, chat: Chat, { roomId }: Conversation): MenuEntry[] {
  const { eventId } = item;
  if (eventId === null || item.kind === "redacted") return [];
  const entries: MenuEntry[] = [];
  if (!item.isOwn)
    entries.push(entry("report", "flag", () => chat.openDialog({ kind: "report", roomId, eventId })));
  if (item.can.redact) {
    entries.push({
      ...entry("remove", "trash-2", () => chat.openDialog({ kind: "remove", roomId, eventId })),
      danger: true,
    });
  }
  return entries;
}

type Action =
  | "copy"
  | "copy_link"
  | "edit"
  | "forward"
  | "history"
  | "person"
  | "pin"
  | "remove"
  | "reply"
  | "report"
  | "source"
  | "thread"
  | "unpin";

function entry(action: Action, icon: string, onSelect: () => void): MenuEntry {
  return { label: t(`main.action.${action}`), icon, onSelect };
}

function copy(text: string, told: string): void {
  void act(navigator.clipboard.writeText(text).then(() => showToast(told)));
}
