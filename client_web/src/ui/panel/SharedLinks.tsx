import type { MessageItem } from "../../matrix/timeline/values";
import { useChat } from "../../state/ChatContext";
import { listTime } from "../../state/times";
import { t } from "../../words";
import { IconButton } from "../controls";
import styles from "./FilesPanel.module.css";

interface SharedLinksProps {
  readonly roomId: string;
  readonly item: MessageItem;
}

/** The pages of the web that a message leads to, and the way to the message. */
export function SharedLinks({ roomId, item }: SharedLinksProps) {
  const { openRoom } = useChat();
  return (
    <div className={styles.links}>
      <div className={styles.words}>
        {item.links.map((url) => (
          <a key={url} className={styles.link} href={url} target="_blank" rel="noopener noreferrer">
            {url.replace(/^https?:\/\//i, "")}
          </a>
        ))}
        <span className={styles.about}>
          <bdi>{item.sender.name}</bdi> · {listTime(item.atMs)}
        </span>
      </div>
      <IconButton
        small
        icon="message-square"
        label={t("rooms.files_message")}
        onClick={() => item.eventId !== null && openRoom(roomId, item.eventId)}
      />
    </div>
  );
}
