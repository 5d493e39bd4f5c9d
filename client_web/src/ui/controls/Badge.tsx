import { t } from "../../words";
import styles from "./Badge.module.css";
import { classNames } from "./classNames";

interface BadgeProps {
  readonly count: number;
  /** Whether it wants the reader: a mention. */
  readonly mention?: boolean;
}

const MOST = 99;

/** How many wait to be read. */
export function Badge({ count, mention = false }: BadgeProps) {
  if (count <= 0) return null;
  return (
    <span className={classNames(styles.badge, mention && styles.mention)}>
      <span aria-hidden="true">{count > MOST ? `${MOST}+` : count}</span>
      <span className="visually-hidden">
        {t(mention ? "control.mentions" : "control.unread", { n: count })}
      </span>
    </span>
  );
}
