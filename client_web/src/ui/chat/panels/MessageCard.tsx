import type { ReactNode } from "react";
import { plainText, readHtml } from "../../../matrix/html";
import type { MessageItem } from "../../../matrix/timeline/values";
import { listTime } from "../../../state/times";
import { personIndex } from "../../controls";
import { MediaAvatar } from "../../shell/MediaAvatar";
import { kindWords } from "../message/kindWords";
import styles from "./panels.module.css";

interface MessageCardProps {
  readonly item: MessageItem;
  readonly onPress: () => void;
  readonly children?: ReactNode;
}

/** A message in a list of such: who, when, and how it begins. */
export function MessageCard({ item, onPress, children }: MessageCardProps) {
  const words = item.html ? plainText(readHtml(item.html)) : item.body;
  const { sender } = item;
  return (
    <button type="button" className={styles.card} onClick={onPress}>
      <span className={styles.head}>
        <MediaAvatar id={sender.id} name={sender.name} picture={sender.avatar} size="small" />
        <bdi className={styles.name} style={{ color: `var(--person-${personIndex(sender.id)})` }}>
          {sender.name}
        </bdi>
        <time className={styles.time}>{listTime(item.atMs)}</time>
      </span>
      <span className={styles.words}>{words || kindWords(item.kind)}</span>
      {children}
    </button>
  );
}
