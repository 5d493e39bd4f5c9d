import { memo } from "react";
import type { ChangeItem, UnknownItem } from "../../../matrix/timeline/values";
import { useChat } from "../../../state/ChatContext";
import { t, type WordId } from "../../../words";
import { Button, Icon } from "../../controls";
import { useConversation } from "../Conversation";
import styles from "./ChangeRow.module.css";

/** What happened to the room or its people: one quiet line. */
export const ChangeRow = memo(function ChangeRow({ item }: { readonly item: ChangeItem }) {
  const { openDialog } = useChat();
  const { verificationId } = item;
  return (
    <div className={styles.row} data-key={item.key}>
      <Icon name={ICONS[item.kind]} size="small" />
      <span className={styles.words}>
        {changeWords(item)}
        {item.kind === "call" && ` ${t("chat.calls_later")}`}
      </span>
      {verificationId !== null && !item.isOwn && (
        <Button
          kind="quiet"
          icon="shield-check"
          onClick={() => openDialog({ kind: "verification", verificationId })}
        >
          {t("main.verification.show")}
        </Button>
      )}
    </div>
  );
});

/** An event of a kind that nobody here knows, for developers. */
export const UnknownRow = memo(function UnknownRow({ item }: { readonly item: UnknownItem }) {
  const { openDialog } = useChat();
  const { roomId } = useConversation();
  return (
    <div className={styles.row} data-key={item.key}>
      <Icon name="braces" size="small" />
      <button
        type="button"
        className={styles.link}
        onClick={() => item.eventId && openDialog({ kind: "source", roomId, eventId: item.eventId })}
      >
        {item.type}
      </button>
    </div>
  );
});

/** What a change says, in words. */
export function changeWords(item: ChangeItem): string {
  return t(`event.${item.word}` as WordId, ...item.args);
}

const ICONS: Readonly<Record<ChangeItem["kind"], string>> = {
  membership: "user",
  state: "info",
  call: "video",
  verification: "shield-check",
};
