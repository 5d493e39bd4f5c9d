/** A recording that goes on. */
export interface Recording {
  elapsedMs(): number;
  /** How loud it was so far, 0 to 1024 each. */
  levels(): readonly number[];
  finish(): Promise<{
    readonly file: File;
    readonly durationMs: number;
    readonly waveform: readonly number[];
  }>;
  cancel(): void;
}

const TYPES = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
const LOOK_MS = 60;
const BARS = 100;

/** Open the microphone and record. Raises where there is none, or where it may not be used. */
export async function record(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { noiseSuppression: true, echoCancellation: true },
  });
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
  const recorder = new MediaRecorder(stream, mimeType ? { mimeType, audioBitsPerSecond: 24_000 } : {});
  const parts: Blob[] = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const meter = measure(stream);
  const beganMs = performance.now();
  recorder.start();
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    meter.stop();
    for (const track of stream.getTracks()) track.stop();
  };
  return {
    elapsedMs: () => performance.now() - beganMs,
    levels: meter.levels,
    finish: async () => {
      const durationMs = Math.round(performance.now() - beganMs);
      const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
      recorder.stop();
      await stopped;
      close();
      const type = recorder.mimeType.split(";", 1)[0] || "audio/webm";
      const ending = type.split("/")[1] === "mp4" ? "m4a" : type.split("/")[1];
      const file = new File(parts, `voice.${ending}`, { type });
      return { file, durationMs, waveform: shortened(meter.levels()) };
    },
    cancel: () => {
      if (recorder.state !== "inactive") recorder.stop();
      close();
    },
  };
}

function measure(stream: MediaStream) {
  const audio = new AudioContext();
  const analyser = audio.createAnalyser();
  analyser.fftSize = 1_024;
  audio.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const levels: number[] = [];
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    levels.push(Math.min(1_024, Math.round(Math.sqrt(loudest) * 1_024)));
  }, LOOK_MS);
  return {
    levels: (): readonly number[] => levels,
    stop: () => {
      clearInterval(timer);
      if (audio.state !== "closed") void audio.close();
    },
  };
}

/** At most a hundred levels: the loudest of each stretch. */
function shortened(levels: readonly number[]): readonly number[] {
  if (levels.length <= BARS) return levels;
  return Array.from({ length: BARS }, (_, index) => {
    const from = Math.floor((index * levels.length) / BARS);
    const to = Math.max(from + 1, Math.floor(((index + 1) * levels.length) / BARS));
    return Math.max(...levels.slice(from, to));
  });
}
