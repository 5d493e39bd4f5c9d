import { memo } from "react";
import type { RoomSummary } from "../../matrix/types";
import { type Panel, useChat } from "../../state/ChatContext";
import { keysText } from "../../state/shortcuts";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { classNames, Icon, IconButton, Menu, type MenuContent } from "../controls";
import { MediaAvatar } from "../shell/MediaAvatar";
import { headerMenu } from "./headerMenu";
import styles from "./Navbar.module.css";

type RoomPanel = Exclude<Panel["kind"], "thread" | "person">;

/** Which room this is, and what can be opened beside it. */
export function Navbar({ roomId }: { readonly roomId: string }) {
  const { client, panel, openPanel } = useChat();
  const room = useValue(client.rooms.room(roomId));
  if (room === null) return null;
  return (
    <div className={styles.navbar}>
      <div className={styles.back}>
        <Back />
      </div>
      <button
        type="button"
        className={styles.title}
        onClick={() => openPanel(panel?.kind === "room" ? null : { kind: "room" })}
      >
        <MediaAvatar id={room.directUser ?? room.id} name={room.name} picture={room.avatar} size="timeline" />
        <span className={styles.words}>
          <span className={styles.name}>
            <span className={styles.nameText}>
              <bdi>{room.name}</bdi>
            </span>
            {room.isMuted && <Icon name="bell-off" size="small" />}
          </span>
          <Caption room={room} />
        </span>
      </button>
      {room.membership === "join" && !room.isSpace && <Tools roomId={roomId} />}
    </div>
  );
}

const Back = memo(function Back() {
  const { openRoom } = useChat();
  return <IconButton icon="chevron-left" label={t("main.header.back")} onClick={() => openRoom(null)} />;
});

/** The buttons; a room is another one with each message, and they stay as they are. */
const Tools = memo(function Tools({ roomId }: { readonly roomId: string }) {
  const chat = useChat();
  const { client, panel, openPanel } = chat;
  const pins = useValue(client.rooms.details(roomId), (details) => details.pins.length);
  const toggle = (kind: RoomPanel) => openPanel(panel?.kind === kind ? null : { kind });
  const isOpen = (...kinds: readonly Panel["kind"][]) => panel !== null && kinds.includes(panel.kind);
  const menu = (): MenuContent => {
    const room = client.rooms.get(roomId);
    return room === null ? [] : headerMenu(chat, room);
  };
  return (
    <div className={styles.tools}>
      {pins > 0 && (
        <IconButton
          className={styles.spare ?? ""}
          icon="pin"
          label={t("main.header.pins")}
          pressed={isOpen("pins")}
          onClick={() => toggle("pins")}
          tooltipSide="bottom"
        />
      )}
      <IconButton
        className={styles.spare ?? ""}
        icon="message-square-text"
        label={t("main.header.threads")}
        keys={keysText("toggleThreads")}
        pressed={isOpen("threads", "thread")}
        onClick={() => toggle("threads")}
        tooltipSide="bottom"
      />
      <IconButton
        icon="search"
        label={t("main.header.search")}
        keys={keysText("searchRoom")}
        pressed={isOpen("search")}
        onClick={() => toggle("search")}
        tooltipSide="bottom"
      />
      <IconButton
        className={styles.spare ?? ""}
        icon="info"
        label={t("main.header.info")}
        keys={keysText("toggleRoomPanel")}
        pressed={isOpen("room", "members", "person", "files")}
        onClick={() => toggle("room")}
        tooltipSide="bottom"
      />
      <Menu
        align="end"
        content={menu}
        trigger={<IconButton icon="ellipsis-vertical" label={t("main.header.more")} tooltipSide="bottom" />}
      />
    </div>
  );
});

/** The topic, or who is there. */
function Caption({ room }: { readonly room: RoomSummary }) {
  const people = t("main.header.people", { n: room.joinedMembers });
  const topic = room.topic.split("\n", 1)[0]!;
  const text = topic || (room.isDirect ? room.directUser : people);
  return (
    <>
      <span className={classNames(styles.caption, styles.wide)}>
        <bdi>{text}</bdi>
      </span>
      <span className={classNames(styles.caption, styles.narrow)}>{people}</span>
    </>
  );
}
