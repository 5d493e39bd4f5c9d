import { memo, type PointerEvent, useRef, useState } from "react";
import type { MessageItem } from "../../../matrix/timeline/values";
import { useChat } from "../../../state/ChatContext";
import { clockTime } from "../../../state/chatTimes";
import { fullTime } from "../../../state/times";
import { useValue } from "../../../state/useValue";
import { t } from "../../../words";
import { classNames } from "../../controls";
import { MediaAvatar } from "../../shell/MediaAvatar";
import { useConversation } from "../Conversation";
import { MessageContent } from "../items/MessageContent";
import { HoverBar } from "./HoverBar";
import { LinkPreviews } from "./LinkPreviews";
import { isoTime, MessageHead } from "./MessageHead";
import styles from "./MessageRow.module.css";
import { PickArea } from "./PickArea";
import { Reactions } from "./Reactions";
import { Receipts } from "./Receipts";
import { ReplyQuote } from "./ReplyQuote";
import { SendLine } from "./SendLine";
import { ShieldMark } from "./ShieldMark";
import { spokenText } from "./spokenText";
import { ThreadChip } from "./ThreadChip";

interface MessageRowProps {
  readonly item: MessageItem;
  /** Whether it begins a group: it shows who speaks. */
  readonly isHead: boolean;
  readonly isRevealed: boolean;
}

/** One message, with what belongs to it. */
export const MessageRow = memo(function MessageRow({ item, isHead, isRevealed }: MessageRowProps) {
  const chat = useChat();
  const conversation = useConversation();
  const hover = useHover();
  const isPicking = useValue(conversation.picks.keys, (keys) => keys !== null);
  // What takes a while, or waits, says so below; that is to be read.
  const isOnItsWay = item.send?.state === "sending" && item.send.upload === null;
  return (
    <article
      className={classNames(
        styles.row,
        isHead && styles.head,
        item.mentionsMe && styles.mention,
        isRevealed && styles.revealed,
      )}
      aria-label={spoken(item)}
      data-key={item.key}
      data-event-id={item.eventId ?? undefined}
      tabIndex={-1}
      {...hover.handlers}
      onDoubleClick={(event) => {
        const isOnText = window.getSelection()?.toString() && event.target instanceof HTMLElement;
        if (item.can.reply && !isOnText) conversation.composer.reply(item);
      }}
    >
      <div className={styles.inner}>
        <div className={styles.gutter}>
          {isHead ? (
            <button
              type="button"
              className={styles.face}
              tabIndex={-1}
              aria-label={item.sender.name}
              onClick={() => chat.openPanel({ kind: "person", userId: item.sender.id })}
            >
              <MediaAvatar
                id={item.sender.id}
                name={item.sender.name}
                picture={item.sender.avatar}
                size="timeline"
              />
            </button>
          ) : (
            <time className={styles.sideTime} dateTime={isoTime(item.atMs)} title={fullTime(item.atMs)}>
              {clockTime(item.atMs)}
            </time>
          )}
        </div>
        <div className={classNames(styles.column, isOnItsWay && styles.sending)}>
          {isHead && <MessageHead item={item} />}
          {item.reply && <ReplyQuote reply={item.reply} />}
          <div className={styles.content}>
            {item.kind === "emote" && (
              <span className={styles.emote}>
                * <bdi>{item.sender.name}</bdi>
              </span>
            )}
            <MessageContent item={item} />
            {item.isEdited && item.kind !== "redacted" && <Edited item={item} />}
            {item.shield && <ShieldMark shield={item.shield} />}
          </div>
          {item.links.length > 0 && <LinkPreviews links={item.links} atMs={item.atMs} />}
          {item.reactions.length > 0 && <Reactions item={item} />}
          {item.thread && conversation.threadRoot === null && <ThreadChip thread={item.thread} />}
          {item.send && <SendLine item={item} send={item.send} />}
        </div>
        {item.receipts.length > 0 && <Receipts receipts={item.receipts} />}
        {hover.isOn && !isPicking && item.eventId !== null && (
          <HoverBar item={item} onOpenChange={hover.hold} />
        )}
      </div>
      {isPicking && <PickArea itemKey={item.key} label={spoken(item)} />}
    </article>
  );
});

function Edited({ item }: { readonly item: MessageItem }) {
  const { openDialog } = useChat();
  const { roomId } = useConversation();
  return (
    <button
      type="button"
      className={styles.edited}
      title={item.editedAtMs === null ? "" : fullTime(item.editedAtMs)}
      onClick={() => openDialog({ kind: "history", roomId, eventId: item.eventId ?? "" })}
    >
      {t("main.edited")}
    </button>
  );
}

/** Whether a pointer or the keyboard is on a row; held while something of it is open. */
function useHover() {
  const [isOver, setOver] = useState(false);
  const [isHeld, setHeld] = useState(false);
  const leaving = useRef(false);
  return {
    isOn: isOver || isHeld,
    hold: (open: boolean) => {
      setHeld(open);
      if (!open && leaving.current) setOver(false);
    },
    handlers: {
      onPointerEnter: (event: PointerEvent) => {
        leaving.current = false;
        if (event.pointerType !== "touch") setOver(true);
      },
      onPointerLeave: () => {
        leaving.current = true;
        setOver(false);
      },
      onFocus: () => setOver(true),
      onBlur: (event: { currentTarget: Element; relatedTarget: EventTarget | null }) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      },
    },
  };
}

/** What a screen reader says for the whole row. */
function spoken(item: MessageItem): string {
  return `${item.sender.name}, ${clockTime(item.atMs)}: ${spokenText(item).slice(0, 300)}`;
}
