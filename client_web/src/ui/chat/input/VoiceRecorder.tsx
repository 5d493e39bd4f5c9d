import { useEffect, useRef, useState } from "react";
import { useClient } from "../../../state/ChatContext";
import { durationText } from "../../../state/chatTimes";
import { useValue } from "../../../state/useValue";
import { t } from "../../../words";
import { IconButton, showToast } from "../../controls";
import { useConversation } from "../Conversation";
import { Waveform } from "../items/Waveform";
import { type Recording, record } from "./record";
import styles from "./VoiceRecorder.module.css";

/** A voice message while it is spoken: how long, how loud, and what becomes of it. */
export default function VoiceRecorder({ onDone }: { readonly onDone: () => void }) {
  const { outbox } = useClient();
  const { roomId, threadRoot, composer } = useConversation();
  const { reply } = useValue(composer.target);
  const recording = useRecording(onDone);
  const send = async (): Promise<void> => {
    const spoken = await recording.current?.finish();
    if (spoken && spoken.durationMs > 300) {
      const { file, durationMs, waveform } = spoken;
      outbox.sendFile(
        { roomId, threadRoot, replyTo: reply?.eventId ?? null },
        { file, voice: { durationMs, waveform } },
      );
      composer.clearTarget();
    }
    onDone();
  };
  const { elapsedMs, levels } = useProgress(recording);
  return (
    <fieldset className={styles.recorder} aria-label={t("main.composer.voice")}>
      <span className={styles.dot} aria-hidden="true" />
      <span className={styles.words} role="timer">
        {t("main.voice.recording", durationText(elapsedMs))}
      </span>
      <span className={styles.wave}>
        <Waveform levels={levels} place={1} />
      </span>
      <IconButton icon="trash-2" label={t("chat.voice.stop")} onClick={onDone} />
      <IconButton kind="primary" icon="send" label={t("main.composer.send")} onClick={() => void send()} />
    </fieldset>
  );
}

/** The microphone is open as long as the bar is there. */
function useRecording(onFailed: () => void) {
  const recording = useRef<Recording | null>(null);
  const failed = useRef(onFailed);
  failed.current = onFailed;
  useEffect(() => {
    let isThere = true;
    record().then(
      (begun) => {
        recording.current = begun;
        if (!isThere) begun.cancel();
      },
      () => {
        showToast(t("main.voice.failed"), { kind: "error" });
        failed.current();
      },
    );
    return () => {
      isThere = false;
      recording.current?.cancel();
    };
  }, []);
  return recording;
}

const LOOK_MS = 100;

function useProgress(recording: { readonly current: Recording | null }) {
  const [progress, setProgress] = useState<{ elapsedMs: number; levels: readonly number[] }>({
    elapsedMs: 0,
    levels: [],
  });
  useEffect(() => {
    const timer = setInterval(() => {
      const now = recording.current;
      if (now !== null) setProgress({ elapsedMs: now.elapsedMs(), levels: now.levels().slice(-44) });
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [recording]);
  return progress;
}
