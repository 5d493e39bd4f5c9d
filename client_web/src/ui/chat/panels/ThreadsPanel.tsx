import { errorWords } from "../../../matrix/errors";
import { useChat } from "../../../state/ChatContext";
import { agoText } from "../../../state/times";
import { useLoaded } from "../../../state/useLoaded";
import { t } from "../../../words";
import { Badge, Banner, EmptyState, Skeleton } from "../../controls";
import { MessageCard } from "./MessageCard";
import styles from "./panels.module.css";

/** The threads of a room, the one with the newest answer first. */
export default function ThreadsPanel({ roomId }: { readonly roomId: string }) {
  const { client, openPanel } = useChat();
  const threads = useLoaded(() => client.timelines.threads(roomId), roomId);
  if (threads.error !== undefined) return <Banner kind="warning">{errorWords(threads.error)}</Banner>;
  if (threads.value === undefined) return <Skeleton rows={6} pictures />;
  if (threads.value.length === 0) {
    return (
      <EmptyState
        icon="message-square-text"
        title={t("main.threads.none")}
        text={t("main.threads.none_text")}
      />
    );
  }
  return (
    <div className={styles.list}>
      {threads.value.map(({ rootId, root }) => (
        <MessageCard key={rootId} item={root} onPress={() => openPanel({ kind: "thread", rootId })}>
          {root.thread && (
            <span className={styles.under}>
              <span className={styles.count}>{t("main.thread.replies", { n: root.thread.count })}</span>
              <span className={styles.last}>{root.thread.lastText || agoText(root.thread.lastAtMs)}</span>
              <Badge count={root.thread.unread} mention={root.thread.mentions > 0} />
            </span>
          )}
        </MessageCard>
      ))}
    </div>
  );
}
