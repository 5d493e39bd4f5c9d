import { memo } from "react";
import type { SeparatorItem } from "../../../matrix/timeline/values";
import { dayText } from "../../../state/chatTimes";
import { t } from "../../../words";
import { Icon } from "../../controls";
import { MediaAvatar } from "../../shell/MediaAvatar";
import { useConversation, useRoomHere } from "../Conversation";
import styles from "./SeparatorRow.module.css";

/** What stands between messages: a day, the line above what is new, the room's beginning. */
export const SeparatorRow = memo(function SeparatorRow({ item }: { readonly item: SeparatorItem }) {
  if (item.kind === "beginning") return <Beginning />;
  if (item.kind === "new") {
    return (
      // biome-ignore lint/a11y/useSemanticElements: a rule cannot hold the word on it
      <div className={styles.new} role="separator" aria-label={t("main.new")}>
        <span>{t("main.new")}</span>
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot hold the words on it
    <div className={styles.day} role="separator" aria-label={dayText(item.atMs)}>
      <span>{dayText(item.atMs)}</span>
    </div>
  );
});

function Beginning() {
  const { roomId } = useConversation();
  const room = useRoomHere((here) => here);
  if (room === null) return null;
  return (
    <div className={styles.beginning}>
      <MediaAvatar id={room.directUser ?? roomId} name={room.name} picture={room.avatar} size="large" />
      <h2 className={styles.title}>
        {room.isDirect ? t("main.beginning.direct", room.name) : t("main.beginning.room", room.name)}
      </h2>
      <p className={styles.text}>{room.topic || t("main.beginning.text")}</p>
      {room.isEncrypted && (
        <p className={styles.encrypted}>
          <Icon name="lock" size="small" />
          {t("main.beginning.encrypted")}
        </p>
      )}
    </div>
  );
}
