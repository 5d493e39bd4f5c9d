import { type RoomLevel, roomLevel, roomsWithLevel } from "../../matrix/push";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { t, type WordId } from "../../words";
import { Group } from "../account/Group";
import { ListRow } from "../controls";
import { MediaAvatar } from "../shell/MediaAvatar";
import styles from "./settings.module.css";

const LEVEL_WORDS: Readonly<Record<RoomLevel, WordId>> = {
  default: "settings.notifications_room_default",
  all: "settings.notifications_room_all",
  mentions: "settings.notifications_room_mentions_only",
  mute: "settings.notifications_room_mute",
};

/** Rooms that notify otherwise than their kind does. */
export function RoomsWithLevel() {
  const { client, openDialog } = useChat();
  const rules = useValue(client.push.rules);
  const rooms = roomsWithLevel(rules).flatMap((id) => client.rooms.get(id) ?? []);
  const shown = rooms.filter((room) => room.membership === "join");
  return (
    <Group title={t("settings.notifications_rooms_own")}>
      {shown.length === 0 && <p className={styles.muted}>{t("settings.notifications_rooms_own_none")}</p>}
      {shown.length > 0 && (
        <div className={styles.rows}>
          {shown.map((room) => (
            <ListRow
              key={room.id}
              start={<MediaAvatar id={room.directUser ?? room.id} name={room.name} picture={room.avatar} />}
              title={room.name}
              end={t(LEVEL_WORDS[roomLevel(rules, room.id)])}
              onClick={() => openDialog({ kind: "roomSettings", roomId: room.id, page: "notifications" })}
            />
          ))}
        </div>
      )}
    </Group>
  );
}
