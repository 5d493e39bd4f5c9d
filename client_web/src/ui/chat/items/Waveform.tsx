import { t } from "../../../words";
import styles from "./Waveform.module.css";

const BARS = 44;
const LOUDEST = 1_024;

interface WaveformProps {
  /** 0 to 1024 each; empty where the sender told nothing of it. */
  readonly levels: readonly number[];
  /** How much has been heard, 0 to 1. */
  readonly place: number;
  readonly onSeek?: (place: number) => void;
}

/** How loud a sound is along its length, and where in it one is. */
export function Waveform({ levels, place, onSeek }: WaveformProps) {
  const bars = resampled(levels);
  return (
    <div className={styles.wave}>
      <svg
        viewBox={`0 0 ${BARS * 4} 28`}
        preserveAspectRatio="none"
        className={styles.bars}
        aria-hidden="true"
      >
        {bars.map((level, index) => (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: bars have no other order
            key={index}
            x={index * 4}
            y={14 - level * 13}
            width={2.4}
            height={Math.max(2, level * 26)}
            rx={1.2}
            className={index / BARS < place ? styles.heard : styles.bar}
          />
        ))}
      </svg>
      {onSeek && (
        <input
          type="range"
          className={styles.slider}
          min={0}
          max={1}
          step={0.01}
          value={Math.min(1, place)}
          aria-label={t("main.media.position")}
          onChange={(event) => onSeek(Number(event.target.value))}
        />
      )}
    </div>
  );
}

function resampled(levels: readonly number[]): readonly number[] {
  if (levels.length === 0) return Array.from({ length: BARS }, () => 0.12);
  return Array.from(
    { length: BARS },
    (_, index) => levels[Math.floor((index / BARS) * levels.length)]! / LOUDEST,
  );
}
