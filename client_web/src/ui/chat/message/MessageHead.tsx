import type { MessageItem } from "../../../matrix/timeline/values";
import { useChat } from "../../../state/ChatContext";
import { clockTime } from "../../../state/chatTimes";
import { fullTime } from "../../../state/times";
import { personIndex } from "../../controls";
import styles from "./MessageHead.module.css";

/** Who says it, and when. */
export function MessageHead({ item }: { readonly item: MessageItem }) {
  const { openPanel } = useChat();
  const { sender } = item;
  return (
    <div className={styles.head}>
      <button
        type="button"
        className={styles.name}
        style={{ color: `var(--person-${personIndex(sender.id)})` }}
        title={sender.id}
        onClick={() => openPanel({ kind: "person", userId: sender.id })}
      >
        <bdi>{sender.name}</bdi>
      </button>
      {item.isStranger && <span className={styles.id}>{sender.id}</span>}
      <time className={styles.time} dateTime={isoTime(item.atMs)} title={fullTime(item.atMs)}>
        {clockTime(item.atMs)}
      </time>
    </div>
  );
}

/** A moment as machines read it; empty for one that no calendar has. */
export function isoTime(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}
