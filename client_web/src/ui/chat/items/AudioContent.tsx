import { useEffect, useRef, useState } from "react";
import type { MediaItem } from "../../../matrix/timeline/values";
import { durationText, sizeText } from "../../../state/chatTimes";
import { useMedia } from "../../../state/useMedia";
import { t } from "../../../words";
import { IconButton } from "../../controls";
import styles from "./AudioContent.module.css";
import { Waveform } from "./Waveform";

/** A sound or a voice message: loaded when it is to be heard. */
export function AudioContent({ item }: { readonly item: MediaItem }) {
  const { media } = item;
  const [isWanted, setWanted] = useState(false);
  const loaded = useMedia(isWanted && !item.localUrl ? media : null, "original");
  const url = item.localUrl ?? (loaded.state === "ready" ? loaded.url : undefined);
  const sound = useSound(isWanted ? url : undefined);
  const durationMs = sound.durationMs || media.durationMs || 0;
  const isVoice = item.kind === "voice";
  const name = isVoice ? t("main.kind.voice") : media.name || t("main.media.play");
  const toggle = (): void => (isWanted ? sound.toggle() : setWanted(true));
  const failed = sound.isUnplayable || (isWanted && loaded.state === "failed");
  return (
    <fieldset className={styles.player} aria-label={`${name} ${durationText(durationMs)}`}>
      <IconButton
        kind="primary"
        icon={sound.isPlaying ? "pause" : "play"}
        label={t(sound.isPlaying ? "main.media.pause" : "main.media.play")}
        aria-busy={isWanted && url === undefined && !failed}
        onClick={toggle}
      />
      <div className={styles.middle}>
        {!isVoice && <span className={styles.name}>{name}</span>}
        <Waveform
          levels={media.waveform ?? []}
          place={durationMs > 0 ? sound.placeMs / durationMs : 0}
          onSeek={(share) => sound.seek(share * durationMs)}
        />
        {failed && <span className={styles.problem}>{t("main.media.unplayable")}</span>}
      </div>
      <span className={styles.time}>
        {sound.placeMs > 0
          ? durationText(sound.placeMs)
          : durationMs > 0
            ? durationText(durationMs)
            : sizeText(media.size)}
      </span>
    </fieldset>
  );
}

/** One sound at a time, in the whole window. */
let current: HTMLAudioElement | undefined;

function useSound(url: string | undefined) {
  const element = useRef<HTMLAudioElement | null>(null);
  const [state, setState] = useState({ isPlaying: false, placeMs: 0, durationMs: 0, isUnplayable: false });
  useEffect(() => {
    if (url === undefined) return;
    const sound = new Audio(url);
    element.current = sound;
    const tell = (): void =>
      setState((before) => ({
        ...before,
        isPlaying: !sound.paused && !sound.ended,
        placeMs: sound.currentTime * 1_000,
        durationMs: Number.isFinite(sound.duration) ? sound.duration * 1_000 : before.durationMs,
      }));
    const failed = (): void => setState((before) => ({ ...before, isPlaying: false, isUnplayable: true }));
    for (const event of ["play", "pause", "ended", "timeupdate", "durationchange"])
      sound.addEventListener(event, tell);
    sound.addEventListener("error", failed);
    begin(sound, failed);
    return () => {
      sound.pause();
      sound.removeAttribute("src");
      element.current = null;
    };
  }, [url]);
  return {
    ...state,
    toggle: () => {
      const sound = element.current;
      if (sound === null) return;
      if (sound.paused) begin(sound, () => undefined);
      else sound.pause();
    },
    seek: (placeMs: number) => {
      if (element.current) element.current.currentTime = placeMs / 1_000;
    },
  };
}

function begin(sound: HTMLAudioElement, failed: () => void): void {
  if (current !== sound) current?.pause();
  current = sound;
  sound.play().catch((error: unknown) => {
    // Pausing before it began is no failure.
    if (!(error instanceof DOMException && error.name === "AbortError")) failed();
  });
}
