import type { ReactNode } from "react";
import { classNames } from "./classNames";
import styles from "./ListRow.module.css";

interface ListRowProps {
  readonly start?: ReactNode;
  readonly title: ReactNode;
  readonly text?: ReactNode;
  readonly end?: ReactNode;
  readonly selected?: boolean;
  /** Makes the row a button; leave out for a row that only tells. */
  readonly onClick?: () => void;
}

/** A row of a list: a picture, words, and something at its end. */
export function ListRow({ start, title, text, end, selected = false, onClick }: ListRowProps) {
  const inside = (
    <>
      {start}
      <span className={styles.words}>
        <span className={styles.title}>{title}</span>
        {text && <span className={styles.text}>{text}</span>}
      </span>
    </>
  );
  return (
    <div className={classNames(styles.row, selected && styles.selected)}>
      {onClick ? (
        <button
          type="button"
          className={classNames(styles.main, styles.press)}
          onClick={onClick}
          aria-current={selected || undefined}
        >
          {inside}
        </button>
      ) : (
        <div className={styles.main}>{inside}</div>
      )}
      {end && <span className={styles.end}>{end}</span>}
    </div>
  );
}
