import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Media } from "../../../matrix/types";
import { usePreferences } from "../../../state/usePreferences";
import { t } from "../../../words";
import { Icon } from "../../controls";
import { useRoomHere } from "../Conversation";
import styles from "./MediaFrame.module.css";

const MOST_WIDE = 420;
const MOST_HIGH = 320;

interface MediaFrameProps {
  readonly media: Media;
  readonly isSpoiler: boolean;
  /** Shown once it is wanted. */
  readonly children: ReactNode;
  readonly label: string;
}

/** Where a picture or film stands: its place is kept before it is there, hidden where that was asked for. */
export function MediaFrame({ media, isSpoiler, children, label }: MediaFrameProps) {
  const isWanted = useIsWanted();
  const [isShown, setShown] = useState(!isSpoiler && isWanted);
  const { width, height } = shownSize(media);
  return (
    <div
      className={styles.frame}
      style={{ inlineSize: `${width / 16}rem`, aspectRatio: `${width} / ${height}` }}
    >
      {media.blurhash && <Blur hash={media.blurhash} />}
      {isShown ? (
        children
      ) : (
        <button
          type="button"
          className={styles.cover}
          onClick={() => setShown(true)}
          aria-label={`${t("main.media.show")}: ${label}`}
        >
          <span className={styles.pill}>
            <Icon name="eye" size="small" />
            {isSpoiler ? t("control.spoiler") : t("main.media.show")}
          </span>
        </button>
      )}
    </div>
  );
}

/** Give the size in which a picture is shown: as it is, but no larger than its place. */
export function shownSize(media: Media, mostWide = MOST_WIDE, mostHigh = MOST_HIGH) {
  const [width, height] = [media.width ?? mostWide * 0.75, media.height ?? mostHigh * 0.7];
  const scale = Math.min(1, mostWide / width, mostHigh / height);
  return { width: Math.max(48, Math.round(width * scale)), height: Math.max(48, Math.round(height * scale)) };
}

/** Whether pictures are loaded unasked: always, in rooms with few people alone, or never. */
function useIsWanted(): boolean {
  const { loadMedia } = usePreferences();
  const isPrivate = useRoomHere((room) => room !== null && (room.isDirect || room.isEncrypted));
  return loadMedia === "always" || (loadMedia === "private" && isPrivate);
}

const BLUR = 32;

/** What a picture roughly looks like, until it is there. */
function Blur({ hash }: { readonly hash: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let isThere = true;
    void import("blurhash").then(({ decode, isBlurhashValid }) => {
      const context = canvas.current?.getContext("2d");
      if (!isThere || !context || !isBlurhashValid(hash).result) return;
      const pixels = new Uint8ClampedArray(decode(hash, BLUR, BLUR));
      context.putImageData(new ImageData(pixels, BLUR, BLUR), 0, 0);
    });
    return () => {
      isThere = false;
    };
  }, [hash]);
  return <canvas ref={canvas} width={BLUR} height={BLUR} className={styles.blur} />;
}
