import type { RoomSummary } from "../../matrix/types";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Button, Icon, IconButton } from "../controls";
import { act } from "../shell/act";
import { MediaAvatar } from "../shell/MediaAvatar";
import { MemberRows } from "./MemberRows";
import styles from "./RoomPanel.module.css";

const MANY = 12;

/** The room at a glance, then its people. */
export default function RoomPanel({ roomId }: { readonly roomId: string }) {
  const { client, openPanel } = useChat();
  const room = useValue(client.rooms.room(roomId));
  if (room === null) return null;
  return (
    <MemberRows roomId={roomId} words="">
      <RoomAtAGlance room={room} />
      <div className={styles.people}>
        <h3 className={styles.heading}>{t("main.info.people")}</h3>
        {room.joinedMembers > MANY && (
          <Button kind="quiet" onClick={() => openPanel({ kind: "members" })}>
            {t("main.info.all_people")}
          </Button>
        )}
      </div>
    </MemberRows>
  );
}

function RoomAtAGlance({ room }: { readonly room: RoomSummary }) {
  const address = room.isDirect ? room.directUser : room.alias;
  const people = t("main.header.people", { n: room.joinedMembers });
  return (
    <div className={styles.glance}>
      <MediaAvatar id={room.directUser ?? room.id} name={room.name} picture={room.avatar} size="large" />
      <h2 className={styles.name} dir="auto">
        {room.name}
      </h2>
      <p className={styles.address}>{[address, people].filter(Boolean).join(" · ")}</p>
      <p className={room.isEncrypted ? styles.encrypted : styles.open}>
        <Icon name={room.isEncrypted ? "lock" : "lock-open"} size="small" />
        {t(room.isEncrypted ? "main.info.encrypted" : "main.info.not_encrypted")}
      </p>
      {room.topic && (
        <p className={styles.topic} dir="auto">
          {room.topic}
        </p>
      )}
      <RoomButtons room={room} />
    </div>
  );
}

function RoomButtons({ room }: { readonly room: RoomSummary }) {
  const { client, openDialog, openPanel } = useChat();
  const rights = useValue(client.rooms.rights(room.id));
  const isFavourite = room.section === "favourite";
  return (
    <div className={styles.buttons}>
      <IconButton
        icon="star"
        label={t(isFavourite ? "main.menu.unfavourite" : "main.menu.favourite")}
        pressed={isFavourite}
        onClick={() => void act(client.rooms.setPlace(room.id, isFavourite ? "normal" : "favourite"))}
      />
      <IconButton
        icon={room.isMuted ? "bell-off" : "bell"}
        label={t(room.isMuted ? "main.menu.unmute" : "main.menu.mute")}
        pressed={room.isMuted}
        onClick={() => void act(room.isMuted ? client.rooms.unmute(room.id) : client.rooms.mute(room.id))}
      />
      <IconButton icon="archive" label={t("rooms.files")} onClick={() => openPanel({ kind: "files" })} />
      {rights.mayInvite() && (
        <IconButton
          icon="user-plus"
          label={t("main.menu.invite")}
          onClick={() => openDialog({ kind: "invite", roomId: room.id })}
        />
      )}
      <IconButton
        icon="settings"
        label={t("main.menu.settings")}
        onClick={() => openDialog({ kind: "roomSettings", roomId: room.id })}
      />
    </div>
  );
}
