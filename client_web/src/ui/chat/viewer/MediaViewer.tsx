import { Dialog } from "@base-ui/react/dialog";
import { type PointerEvent, useMemo, useRef, useState, type WheelEvent } from "react";
import type { MediaItem, TimelineItem } from "../../../matrix/timeline/values";
import type { Media } from "../../../matrix/types";
import { useClient } from "../../../state/ChatContext";
import { sizeText } from "../../../state/chatTimes";
import { stepAlong } from "../../../state/direction";
import { fullTime } from "../../../state/times";
import { useMedia } from "../../../state/useMedia";
import { t } from "../../../words";
import { IconButton, Progress, useOpener } from "../../controls";
import { useDialog } from "../../dialogs/useDialog";
import { act } from "../../shell/act";
import { MissingMedia } from "../items/MissingMedia";
import styles from "./MediaViewer.module.css";

interface Shown {
  readonly item: MediaItem;
  readonly media: Media;
}

/** A picture by itself, and the way to the others of its conversation. */
export default function MediaViewer() {
  const { close, text, details } = useDialog();
  const opener = useOpener();
  const threadRoot = typeof details.threadRoot === "string" ? details.threadRoot : null;
  const pictures = usePictures(text("roomId"), threadRoot);
  const [place, setPlace] = useState(() =>
    pictures.findIndex(({ item, media }) => item.key === text("itemKey") && media.mxc === text("mxc")),
  );
  const shown = pictures[place];
  const step = (by: number): void => {
    if (pictures[place + by] !== undefined) setPlace(place + by);
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup
          finalFocus={opener}
          className={styles.viewer}
          onKeyDown={(event) => {
            const by = stepAlong(event.key);
            if (by !== 0) step(by);
          }}
        >
          <Dialog.Title className="visually-hidden">{shown?.media.name || t("chat.viewer")}</Dialog.Title>
          {shown && <Stage key={`${shown.item.key} ${shown.media.mxc}`} shown={shown} onClose={close} />}
          {place > 0 && (
            <IconButton
              className={styles.previous}
              icon="chevron-left"
              label={t("main.viewer.previous")}
              onClick={() => step(-1)}
            />
          )}
          {place >= 0 && place < pictures.length - 1 && (
            <IconButton
              className={styles.next}
              icon="chevron-right"
              label={t("main.viewer.next")}
              onClick={() => step(1)}
            />
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function usePictures(roomId: string, threadRoot: string | null): readonly Shown[] {
  const { timelines } = useClient();
  return useMemo(() => {
    const timeline = timelines.open(roomId, threadRoot);
    const { items } = timeline.snapshot.get();
    timeline.close();
    return items.filter(isPicture).flatMap((item) => {
      const all = item.gallery.length > 0 ? item.gallery : [item.media];
      return all.map((media) => ({ item, media }));
    });
  }, [timelines, roomId, threadRoot]);
}

function isPicture(item: TimelineItem): item is MediaItem {
  return item.kind === "image";
}

function Stage({ shown, onClose }: { readonly shown: Shown; readonly onClose: () => void }) {
  const { item, media } = shown;
  const { media: files } = useClient();
  const loaded = useMedia(item.localUrl ? null : media, "original");
  const url = item.localUrl ?? (loaded.state === "ready" ? loaded.url : undefined);
  const zoom = useZoom();
  const share = loaded.state === "loading" && loaded.total ? loaded.done / loaded.total : null;
  return (
    <>
      <header className={styles.head}>
        <div className={styles.words}>
          <bdi className={styles.name}>{media.name}</bdi>
          <span className={styles.by}>
            {item.sender.name} · {fullTime(item.atMs)} {media.size ? `· ${sizeText(media.size)}` : ""}
          </span>
        </div>
        <IconButton
          icon="zoom-out"
          label={t("main.viewer.smaller")}
          disabled={zoom.scale <= 1}
          onClick={() => zoom.by(0.8)}
        />
        <IconButton
          icon="zoom-in"
          label={t("main.viewer.larger")}
          disabled={zoom.scale >= 8}
          onClick={() => zoom.by(1.25)}
        />
        <IconButton
          icon="download"
          label={t("main.media.save")}
          onClick={() => void act(files.save(media))}
        />
        <IconButton icon="x" label={t("control.close")} onClick={onClose} />
      </header>
      <div className={styles.stage} {...zoom.handlers}>
        {loaded.state === "failed" && !item.localUrl && (
          <MissingMedia label={media.name ?? ""} error={loaded.error} />
        )}
        {url === undefined && loaded.state === "loading" && (
          <div className={styles.loading}>
            <Progress label={t("control.loading")} value={share} />
          </div>
        )}
        {url !== undefined && (
          <img
            className={styles.picture}
            src={url}
            alt={media.name || t("chat.viewer")}
            draggable={false}
            style={{ transform: `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})` }}
          />
        )}
      </div>
    </>
  );
}

function useZoom() {
  const [view, setView] = useState({ scale: 1, x: 0, y: 0 });
  const drag = useRef<{ x: number; y: number } | null>(null);
  const by = (factor: number): void =>
    setView((now) => {
      const scale = Math.min(8, Math.max(1, now.scale * factor));
      return scale === 1 ? { scale, x: 0, y: 0 } : { ...now, scale };
    });
  return {
    ...view,
    by,
    handlers: {
      onWheel: (event: WheelEvent) => by(event.deltaY < 0 ? 1.15 : 0.87),
      onPointerDown: (event: PointerEvent) => {
        drag.current = { x: event.clientX - view.x, y: event.clientY - view.y };
      },
      onPointerMove: (event: PointerEvent) => {
        const from = drag.current;
        if (from !== null && view.scale > 1)
          setView((now) => ({ ...now, x: event.clientX - from.x, y: event.clientY - from.y }));
      },
      onPointerUp: () => {
        drag.current = null;
      },
      onDoubleClick: () => by(view.scale > 1 ? 0.01 : 2.5),
    },
  };
}
