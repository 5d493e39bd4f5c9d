import type { ThreadSummary } from "../../../matrix/timeline/values";
import { useChat } from "../../../state/ChatContext";
import { agoText } from "../../../state/times";
import { t } from "../../../words";
import { Badge } from "../../controls";
import { MediaAvatar } from "../../shell/MediaAvatar";
import styles from "./ThreadChip.module.css";

/** The thread that begins at a message; a press opens it beside. */
export function ThreadChip({ thread }: { readonly thread: ThreadSummary }) {
  const { openPanel } = useChat();
  return (
    <button
      type="button"
      className={styles.chip}
      onClick={() => openPanel({ kind: "thread", rootId: thread.rootId })}
    >
      <span className={styles.faces}>
        {thread.participants.slice(0, 3).map((person) => (
          <span key={person.id} className={styles.face}>
            <MediaAvatar id={person.id} name={person.name} picture={person.avatar} size="tiny" />
          </span>
        ))}
      </span>
      <span className={styles.count}>{t("main.thread.replies", { n: thread.count })}</span>
      <span className={styles.last}>{t("main.thread.last_reply", agoText(thread.lastAtMs))}</span>
      {thread.unread > 0 && <Badge count={thread.unread} mention={thread.mentions > 0} />}
    </button>
  );
}
