import { errorWords } from "../../../matrix/errors";
import { useChat } from "../../../state/ChatContext";
import { useLoaded } from "../../../state/useLoaded";
import { useValue } from "../../../state/useValue";
import { t } from "../../../words";
import { Banner, EmptyState, IconButton, Skeleton } from "../../controls";
import { act } from "../../shell/act";
import { MessageCard } from "./MessageCard";
import styles from "./panels.module.css";

/** What is pinned in a room, the newest pin first. */
export default function PinsPanel({ roomId }: { readonly roomId: string }) {
  const { client, openRoom } = useChat();
  const ids = useValue(client.rooms.details(roomId), (details) => details.pins);
  const pins = useLoaded(() => client.timelines.pinned(roomId), `${roomId} ${ids.join()}`);
  if (pins.error !== undefined) return <Banner kind="warning">{errorWords(pins.error)}</Banner>;
  if (pins.value === undefined) return <Skeleton rows={6} pictures />;
  if (pins.value.length === 0)
    return <EmptyState icon="pin" title={t("main.pins.none")} text={t("main.pins.none_text")} />;
  return (
    <div className={styles.list}>
      {pins.value.map((item) => (
        <div key={item.key} className={styles.pinned}>
          <MessageCard item={item} onPress={() => item.eventId && openRoom(roomId, item.eventId)} />
          {item.can.pin && item.eventId !== null && (
            <IconButton
              small
              className={styles.unpin}
              icon="pin-off"
              label={t("main.action.unpin")}
              onClick={() => void act(client.outbox.pin(roomId, item.eventId!, false))}
            />
          )}
        </div>
      ))}
    </div>
  );
}
