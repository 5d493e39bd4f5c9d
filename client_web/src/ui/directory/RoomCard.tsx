import type { ReactNode } from "react";
import type { RoomPreview } from "../../matrix/rooms";
import { t, type WordId } from "../../words";
import { Button, Icon } from "../controls";
import { MediaAvatar } from "../shell/MediaAvatar";
import type { RoomAct } from "./actOf";
import styles from "./Directory.module.css";

const WORDS: Readonly<Record<Exclude<RoomAct, "none">, WordId>> = {
  open: "dialogs.directory_open",
  join: "dialogs.directory_join",
  knock: "dialogs.directory_knock",
};

interface RoomCardProps {
  readonly room: RoomPreview;
  readonly act: RoomAct;
  readonly isBusy: boolean;
  readonly disabled: boolean;
  readonly onAct: () => void;
  /** A word on how it stands here. */
  readonly badge?: string;
  /** What else can be done. */
  readonly end?: ReactNode;
}

/** A room as a directory or a space tells of it. */
export function RoomCard({ room, act, isBusy, disabled, onAct, badge, end }: RoomCardProps) {
  return (
    <article className={styles.card}>
      <span className={styles.face}>
        <MediaAvatar
          id={room.id}
          name={room.name}
          picture={room.avatar}
          size="rail"
          shape={room.isSpace ? "square" : "round"}
        />
      </span>
      <div className={styles.words}>
        <h3 className={styles.name}>
          <bdi>{room.name}</bdi>
          {room.isEncrypted && <Icon name="lock" size="small" />}
          {(badge || room.isSpace) && (
            <span className={styles.badge}>{badge || t("dialogs.directory_space")}</span>
          )}
        </h3>
        <p className={styles.meta}>
          {[room.alias, t("dialogs.people_count", { n: room.members })].filter(Boolean).join(" · ")}
        </p>
        {room.topic && <p className={styles.topic}>{room.topic}</p>}
      </div>
      <div className={styles.end}>
        {act !== "none" && (
          <Button
            kind={act === "open" ? "secondary" : "primary"}
            busy={isBusy}
            disabled={disabled}
            onClick={onAct}
          >
            {t(WORDS[act])}
          </Button>
        )}
        {end}
      </div>
    </article>
  );
}
