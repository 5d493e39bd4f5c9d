import { type ReactNode, useState } from "react";
import { t } from "../../../words";
import styles from "./Spoiler.module.css";

interface SpoilerProps {
  /** What it is about; may be empty. */
  readonly reason: string;
  readonly children: ReactNode;
}

/** Words that are hidden until somebody wants to see them. */
export function Spoiler({ reason, children }: SpoilerProps) {
  const [isShown, setShown] = useState(false);
  if (isShown) return <span className={styles.shown}>{children}</span>;
  const label = reason ? t("control.spoilerReason", reason) : t("control.spoiler");
  return (
    <button
      type="button"
      className={styles.hidden}
      title={t("control.showSpoiler")}
      onClick={() => setShown(true)}
    >
      {label}
    </button>
  );
}
