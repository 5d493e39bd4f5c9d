import { t } from "../../words";
import styles from "./Skeleton.module.css";

interface SkeletonProps {
  /** How many rows are expected. */
  readonly rows?: number;
  /** Whether rows begin with a picture. */
  readonly pictures?: boolean;
}

/** The shape of what is about to be there. */
export function Skeleton({ rows = 3, pictures = false }: SkeletonProps) {
  return (
    <div role="status" aria-label={t("control.loading")} className={styles.rows}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <div key={row} className={styles.row} aria-hidden="true">
          {pictures && <span className={styles.picture} />}
          <span className={styles.line} style={{ inlineSize: `${90 - ((row * 17) % 45)}%` }} />
        </div>
      ))}
    </div>
  );
}
