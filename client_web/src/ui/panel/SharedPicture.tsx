import type { MediaItem } from "../../matrix/timeline/values";
import { useChat } from "../../state/ChatContext";
import { useMediaUrl } from "../../state/useMedia";
import { t } from "../../words";
import { Icon } from "../controls";
import styles from "./FilesPanel.module.css";

const SIZE = { width: 240, height: 240, crop: true };

interface SharedItemProps {
  readonly roomId: string;
  readonly item: MediaItem;
}

/** A picture or film in small; pressed, it shows the message that it came with. */
export function SharedPicture({ roomId, item }: SharedItemProps) {
  const { openRoom } = useChat();
  const isFilm = item.kind === "video";
  const url = useMediaUrl(isFilm ? item.media.thumbnail : item.media, SIZE);
  const isHidden = item.isSpoiler || url === undefined;
  return (
    <button
      type="button"
      className={styles.picture}
      aria-label={`${t("main.media.show")}: ${item.media.name || t("main.kind.image")}`}
      onClick={() => item.eventId !== null && openRoom(roomId, item.eventId)}
    >
      {!isHidden && <img src={url} alt="" />}
      {(isFilm || isHidden) && <Icon name={isFilm ? "play" : "image"} />}
    </button>
  );
}
