import type { MediaItem } from "../../../matrix/timeline/values";
import type { Media } from "../../../matrix/types";
import { useMedia } from "../../../state/useMedia";
import { usePreferences } from "../../../state/usePreferences";
import { t } from "../../../words";
import { useViewer } from "../viewer/useViewer";
import { MediaFrame } from "./MediaFrame";
import { MissingMedia } from "./MissingMedia";
import styles from "./PictureContent.module.css";

const SIZE = { width: 800, height: 600 };

/** A picture; a press shows it large. */
export function PictureContent({ item }: { readonly item: MediaItem }) {
  const isSticker = item.kind === "sticker";
  const label = item.media.name || t("main.kind.image");
  return (
    <div className={isSticker ? styles.sticker : undefined}>
      <MediaFrame
        media={isSticker ? stickerSized(item.media) : item.media}
        isSpoiler={item.isSpoiler}
        label={label}
      >
        <Picture item={item} media={item.media} label={label} />
      </MediaFrame>
    </div>
  );
}

interface PictureProps {
  readonly item: MediaItem;
  readonly media: Media;
  readonly label: string;
}

/** The picture itself, as large as its place. */
export function Picture({ item, media, label }: PictureProps) {
  const { autoplay } = usePreferences();
  const open = useViewer();
  // A film of pictures moves only as the whole file.
  const moves = media.mime === "image/gif" || media.mime === "image/apng" || item.kind === "sticker";
  const loaded = useMedia(item.localUrl ? null : media, moves && autoplay ? "original" : SIZE);
  const url = item.localUrl ?? (loaded.state === "ready" ? loaded.url : undefined);
  if (loaded.state === "failed" && !item.localUrl) return <MissingMedia label={label} error={loaded.error} />;
  if (url === undefined) return null;
  const picture = <img src={url} alt={label} className={styles.picture} draggable={false} />;
  if (item.kind === "sticker") return picture;
  return (
    <button
      type="button"
      className={styles.button}
      onClick={() => open(item, media)}
      aria-label={`${t("main.media.show")}: ${label}`}
    >
      {picture}
    </button>
  );
}

function stickerSized(media: Media): Media {
  const [width, height] = [media.width ?? 160, media.height ?? 160];
  const scale = Math.min(1, 160 / Math.max(width, height));
  return { ...media, width: Math.round(width * scale), height: Math.round(height * scale) };
}
