import { useCallback } from "react";
import { literal, mistakeWords, parseCommand } from "../../../matrix/commands";
import { loadEmoji, replaceShortcodes } from "../../../matrix/emoji";
import { readHtml } from "../../../matrix/html";
import { loadMarkdown, write } from "../../../matrix/markdown";
import { outgoingText } from "../../../matrix/textCommands";
import type { MessageItem } from "../../../matrix/timeline/values";
import { toMarkdown } from "../../../matrix/toMarkdown";
import { type Chat, useChat } from "../../../state/ChatContext";
import { sizeText } from "../../../state/chatTimes";
import type { Attachment, Composer } from "../../../state/composer";
import { t } from "../../../words";
import { showToast } from "../../controls";
import { act } from "../../shell/act";
import { type Conversation, useConversation } from "../Conversation";
import { runCommand } from "./runCommand";

/** Send what is written, with the files that go with it. Returns whether the field is to be emptied. */
export function useSend(): (text: string) => Promise<boolean> {
  const chat = useChat();
  const conversation = useConversation();
  return useCallback((text) => send(chat, conversation, text.trim()), [chat, conversation]);
}

/** Return what the sender wrote, as it can be edited: formatting as Markdown, people by their names. */
export function writtenText(item: MessageItem, composer: Composer): string {
  const isFile = "media" in item;
  if (isFile && !item.hasCaption) return "";
  return item.html ? composer.mentions.fromMarkdown(toMarkdown(readHtml(item.html))) : item.body;
}

async function send(chat: Chat, conversation: Conversation, text: string): Promise<boolean> {
  const { composer, roomId, threadRoot } = conversation;
  const { outbox } = chat.client;
  await Promise.all([loadMarkdown(), /:\w/.test(text) ? loadEmoji() : undefined]);
  const { edit, reply } = composer.target.get();
  const markdown = replaceShortcodes(composer.mentions.asMarkdown(text));
  if (edit !== null) return change(chat, conversation, edit, text, markdown);
  const target = { roomId, threadRoot, replyTo: reply?.eventId ?? null };
  const files = composer.files.get();
  if (files.length > 0) {
    if (!(await allFit(chat, files))) return false;
    composer.takeFiles().forEach(({ file, isSpoiler, caption: own }, index) => {
      // What is in the field is the caption of one file alone, and of the first that has none of its own.
      const words = (files.length > 1 ? own.trim() : "") || (index === 0 ? markdown : "");
      const caption = words ? write(literal(words)) : null;
      outbox.sendFile(index === 0 ? target : { roomId, threadRoot }, { file, caption, isSpoiler });
    });
    return done(composer);
  }
  if (!text) return false;
  const command = parseCommand(markdown);
  if (command?.kind === "mistake") {
    showToast(mistakeWords(command), { kind: "error" });
    return false;
  }
  if (command === undefined) outbox.sendText(target, write(literal(markdown)));
  else if (command.spec.group === "message") {
    const { msgtype, written } = outgoingText(command);
    outbox.sendText(target, written, msgtype);
  } else if (!(await runCommand(command, chat, conversation))) return false;
  return done(composer);
}

async function change(
  { client }: Chat,
  { composer, roomId }: Conversation,
  item: MessageItem,
  text: string,
  markdown: string,
): Promise<boolean> {
  const isSame = text === writtenText(item, composer);
  const isEmpty = text === "" && !("media" in item);
  if (!isSame && !isEmpty && item.eventId !== null) {
    const edited = await act(client.outbox.edit(roomId, item.eventId, write(literal(markdown))));
    if (!edited) return false;
  }
  return done(composer);
}

function done(composer: Composer): true {
  composer.clearTarget();
  composer.mentions.clear();
  return true;
}

/** Tell at once where a file is larger than the server takes. */
async function allFit({ client }: Chat, files: readonly Attachment[]): Promise<boolean> {
  const limit = await client.media.uploadLimit().catch(() => undefined);
  const large = limit === undefined ? undefined : files.find(({ file }) => file.size > limit);
  if (large === undefined) return true;
  showToast(t("chat.attachment.too_large", large.file.name, sizeText(limit)), { kind: "error" });
  return false;
}
