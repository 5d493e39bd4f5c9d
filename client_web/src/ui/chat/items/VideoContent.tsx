import { useState } from "react";
import type { MediaItem } from "../../../matrix/timeline/values";
import { durationText } from "../../../state/chatTimes";
import { useMedia, useMediaUrl } from "../../../state/useMedia";
import { t } from "../../../words";
import { Icon, Progress } from "../../controls";
import { MediaFrame } from "./MediaFrame";
import { MissingMedia } from "./MissingMedia";
import styles from "./VideoContent.module.css";

const SIZE = { width: 800, height: 600 };

/** A film: its first picture, and all of it once somebody wants to see it. */
export function VideoContent({ item }: { readonly item: MediaItem }) {
  const label = item.media.name || t("main.media.play");
  const [isPlaying, setPlaying] = useState(false);
  return (
    <MediaFrame media={item.media} isSpoiler={item.isSpoiler} label={label}>
      {isPlaying ? (
        <Film item={item} label={label} />
      ) : (
        <Poster item={item} label={label} onPlay={() => setPlaying(true)} />
      )}
    </MediaFrame>
  );
}

function Poster({
  item,
  label,
  onPlay,
}: {
  readonly item: MediaItem;
  readonly label: string;
  readonly onPlay: () => void;
}) {
  const { thumbnail, durationMs } = item.media;
  const url = useMediaUrl(thumbnail, SIZE);
  const lasts = durationMs === undefined ? "" : durationText(durationMs);
  return (
    <button
      type="button"
      className={styles.poster}
      onClick={onPlay}
      aria-label={`${t("main.media.play")}: ${label} ${lasts}`.trim()}
    >
      {url && <img src={url} alt="" className={styles.picture} />}
      <span className={styles.play}>
        <Icon name="play" />
      </span>
      {lasts && <span className={styles.duration}>{lasts}</span>}
    </button>
  );
}

function Film({ item, label }: { readonly item: MediaItem; readonly label: string }) {
  const [isUnplayable, setUnplayable] = useState(false);
  const loaded = useMedia(item.localUrl ? null : item.media, "original");
  const url = item.localUrl ?? (loaded.state === "ready" ? loaded.url : undefined);
  if (loaded.state === "failed") return <MissingMedia label={label} error={loaded.error} />;
  if (isUnplayable) return <p className={styles.problem}>{t("main.media.unplayable")}</p>;
  if (url === undefined) {
    const share = loaded.state === "loading" && loaded.total ? loaded.done / loaded.total : undefined;
    return (
      <div className={styles.loading}>
        <Progress label={t("control.loading")} value={share ?? null} />
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/useMediaCaption: what people send has none
    <video
      className={styles.film}
      src={url}
      controls
      autoPlay
      aria-label={label}
      onError={() => setUnplayable(true)}
    />
  );
}
