import { memo } from "react";
import { Link } from "wouter";
import type { RoomSummary } from "../../matrix/types";
import { roomPath } from "../../state/ChatContext";
import { isUnread } from "../../state/roomRows";
import { listTime } from "../../state/times";
import { usePreferences } from "../../state/usePreferences";
import { t } from "../../words";
import { Badge, classNames, Icon } from "../controls";
import { MediaAvatar } from "../shell/MediaAvatar";
import styles from "./RoomList.module.css";

interface RoomRowProps {
  readonly room: RoomSummary;
  readonly index: number;
  readonly isTab: boolean;
  readonly isOpen: boolean;
}

/** A room: its picture, what was said last, and what waits. Drawn anew only when its summary is another one. */
export const RoomRow = memo(function RoomRow({ room, index, isTab, isOpen }: RoomRowProps) {
  const { invitePictures } = usePreferences();
  const isLoud = isUnread(room) && !room.isMuted;
  const picture = room.membership === "invite" && !invitePictures ? null : room.avatar;
  return (
    <Link
      href={roomPath(room.id)}
      className={classNames(styles.room, isOpen && styles.open, isLoud && styles.loud)}
      aria-current={isOpen ? "page" : undefined}
      tabIndex={isTab ? 0 : -1}
      data-row={index}
      data-room={room.id}
      draggable
    >
      <MediaAvatar id={room.directUser ?? room.id} name={room.name} picture={picture} />
      <span className={styles.words}>
        <span className={styles.line}>
          <span className={styles.name}>
            <bdi>{room.name}</bdi>
          </span>
          <span className={styles.time}>{listTime(room.previewTime)}</span>
        </span>
        <span className={classNames(styles.line, styles.second)}>
          <Preview room={room} />
          {room.isMuted && <Icon name="bell-off" size="small" />}
          <Waiting room={room} />
        </span>
      </span>
    </Link>
  );
});

function Preview({ room }: { readonly room: RoomSummary }) {
  const { text, kind } = secondLine(room);
  return (
    <span className={classNames(styles.preview, kind !== "" && styles[kind])}>
      {kind === "draft" && <Icon name="pencil" size="small" />}
      <bdi>{text}</bdi>
    </span>
  );
}

function Waiting({ room }: { readonly room: RoomSummary }) {
  const count = room.mentions || (room.isMuted ? 0 : room.unread);
  if (count > 0) return <Badge count={count} mention={room.mentions > 0} />;
  if (!room.isMarkedUnread && room.membership !== "invite") return null;
  return (
    <span className={styles.dot}>
      <span className="visually-hidden">
        {room.membership === "invite" ? t("main.list.invited") : t("main.filter.unread")}
      </span>
    </span>
  );
}

/** What the second line of a room says, and what kind of thing that is. */
export function secondLine(room: RoomSummary): {
  readonly text: string;
  readonly kind: "" | "typing" | "draft" | "invited";
} {
  if (room.membership === "invite") {
    const text = room.invite?.name ? t("main.list.invited_by", room.invite.name) : t("main.list.invited");
    return { text, kind: "invited" };
  }
  const [typing] = room.typing;
  if (typing !== undefined) {
    return {
      text: room.isDirect ? t("main.list.typing") : t("main.list.someone_typing", typing),
      kind: "typing",
    };
  }
  if (room.hasDraft) return { text: t("main.list.draft"), kind: "draft" };
  if (room.preview !== "" && room.previewSender !== "") {
    return { text: t("main.list.said", room.previewSender, room.preview), kind: "" };
  }
  const people = t("main.header.people", { n: room.joinedMembers });
  return { text: room.preview || room.topic.split("\n", 1)[0]! || people, kind: "" };
}
