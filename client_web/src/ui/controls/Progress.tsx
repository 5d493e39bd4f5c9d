import { Progress as Base } from "@base-ui/react/progress";
import styles from "./Progress.module.css";

interface ProgressProps {
  readonly label: string;
  /** From 0 to 1; null when nobody knows. */
  readonly value: number | null;
  /** What is said of how far it is, such as "14,210 of 20,000 members". */
  readonly note?: string;
  readonly labelHidden?: boolean;
}

/** How far something is. */
export function Progress({ label, value, note, labelHidden = false }: ProgressProps) {
  return (
    <Base.Root value={value === null ? null : Math.round(value * 100)} className={styles.progress}>
      <div className={labelHidden && !note ? "visually-hidden" : styles.words}>
        <Base.Label className={labelHidden ? "visually-hidden" : styles.label}>{label}</Base.Label>
        {note && <span className={styles.note}>{note}</span>}
      </div>
      <Base.Track className={styles.track}>
        <Base.Indicator className={styles.bar} />
      </Base.Track>
    </Base.Root>
  );
}
