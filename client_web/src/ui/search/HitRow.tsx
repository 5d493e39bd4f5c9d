import type { SearchHit } from "../../matrix/search";
import { useClient } from "../../state/ChatContext";
import { listTime } from "../../state/times";
import { useValue } from "../../state/useValue";
import { personIndex } from "../controls";
import { MediaAvatar } from "../shell/MediaAvatar";
import styles from "./Search.module.css";

interface HitRowProps {
  readonly hit: SearchHit;
  readonly withRoom: boolean;
  readonly onOpen: () => void;
}

/** A message that was found: who, when, and what it says around the words. */
export function HitRow({ hit, withRoom, onOpen }: HitRowProps) {
  const client = useClient();
  const room = useValue(client.rooms.room(hit.roomId), (summary) => summary?.name ?? "");
  return (
    <button type="button" className={styles.hit} onClick={onOpen}>
      <span className={styles.face}>
        <MediaAvatar id={hit.sender} name={hit.senderName} picture={hit.senderAvatar} />
      </span>
      <span className={styles.words}>
        <span className={styles.line}>
          <span className={styles.sender} style={{ color: `var(--person-${personIndex(hit.sender)})` }}>
            {hit.senderName}
          </span>
          <span className={styles.time}>{listTime(hit.time)}</span>
        </span>
        {withRoom && <span className={styles.room}>{room}</span>}
        <span className={styles.excerpt} dir="auto">
          {hit.excerpt.map((part, index) =>
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text in their order
            part.isFound ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>,
          )}
        </span>
      </span>
    </button>
  );
}
