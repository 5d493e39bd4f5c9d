import type { MessageItem } from "../../../matrix/timeline/values";
import { useChat } from "../../../state/ChatContext";
import { usePreferences } from "../../../state/usePreferences";
import { t } from "../../../words";
import { IconButton, Menu } from "../../controls";
import { act } from "../../shell/act";
import { useConversation } from "../Conversation";
import { EmojiButton } from "../emoji/EmojiButton";
import styles from "./HoverBar.module.css";
import { messageMenu } from "./messageMenu";

const QUICK = ["👍", "❤️", "😄"];

interface HoverBarProps {
  readonly item: MessageItem;
  /** Something of it is open: the bar has to stay. */
  readonly onOpenChange: (open: boolean) => void;
}

/** The most likely acts on the message under the pointer. */
export function HoverBar({ item, onOpenChange }: HoverBarProps) {
  const chat = useChat();
  const conversation = useConversation();
  const { developerTools } = usePreferences();
  const { roomId, composer, threadRoot } = conversation;
  const { eventId } = item;
  if (eventId === null) return null;
  const react = (key: string): void => void act(chat.client.outbox.react(roomId, eventId, key));
  return (
    <div className={styles.bar} role="toolbar" aria-label={t("main.action.more")}>
      {item.can.react &&
        QUICK.map((key) => (
          <button
            type="button"
            key={key}
            className={styles.quick}
            aria-label={`${t("main.action.react")} ${key}`}
            onClick={() => react(key)}
          >
            {key}
          </button>
        ))}
      {item.can.react && (
        <EmojiButton onPick={react} onOpenChange={onOpenChange}>
          <IconButton small icon="smile-plus" label={t("main.action.react")} />
        </EmojiButton>
      )}
      {item.can.reply && (
        <IconButton small icon="reply" label={t("main.action.reply")} onClick={() => composer.reply(item)} />
      )}
      {item.can.reply && threadRoot === null && (
        <IconButton
          small
          icon="message-square-text"
          label={t("main.action.thread")}
          onClick={() => chat.openPanel({ kind: "thread", rootId: item.threadRoot ?? eventId })}
        />
      )}
      {item.can.edit && (
        <IconButton small icon="pencil" label={t("main.action.edit")} onClick={() => composer.edit(item)} />
      )}
      <Menu
        trigger={<IconButton small icon="ellipsis" label={t("main.action.more")} />}
        content={messageMenu(item, chat, conversation, developerTools)}
        align="end"
        onOpenChange={onOpenChange}
      />
    </div>
  );
}
