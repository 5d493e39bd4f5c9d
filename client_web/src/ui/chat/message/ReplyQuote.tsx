import type { ReplyPreview } from "../../../matrix/timeline/values";
import { t } from "../../../words";
import { personIndex } from "../../controls";
import { useConversation } from "../Conversation";
import { kindWords } from "./kindWords";
import styles from "./ReplyQuote.module.css";

/** What a message answers, in one line; a press goes there. */
export function ReplyQuote({ reply }: { readonly reply: ReplyPreview }) {
  const { reveal } = useConversation();
  const words = reply.kind === null ? t("main.reply.unknown") : reply.text || kindWords(reply.kind);
  const { sender } = reply;
  return (
    <button
      type="button"
      className={styles.quote}
      onClick={() => reveal(reply.eventId)}
      aria-label={t("main.reply.spoken", sender.name, words)}
    >
      {sender.id && (
        <bdi className={styles.name} style={{ color: `var(--person-${personIndex(sender.id)})` }}>
          {sender.name}
        </bdi>
      )}{" "}
      <span className={styles.words} dir="auto">
        {words}
      </span>
    </button>
  );
}
