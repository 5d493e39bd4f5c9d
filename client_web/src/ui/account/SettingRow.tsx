import type { ReactNode } from "react";
import { classNames, Icon } from "../controls";
import styles from "./account.module.css";

interface SettingRowProps {
  readonly icon?: string;
  /** What the icon says: all is well, or something is to be done. */
  readonly mood?: "good" | "bad";
  readonly title: string;
  readonly text?: ReactNode;
  readonly mono?: boolean;
  readonly children?: ReactNode;
}

/** What something is, and what can be done about it. */
export function SettingRow({ icon, mood, title, text, mono = false, children }: SettingRowProps) {
  return (
    <div className={classNames(styles.row, mood && styles[mood])}>
      {icon && <Icon name={icon} />}
      <div className={styles.words}>
        <span className={styles.title}>{title}</span>
        {text && <span className={classNames(styles.text, mono && styles.mono)}>{text}</span>}
      </div>
      {children && <div className={styles.end}>{children}</div>}
    </div>
  );
}
