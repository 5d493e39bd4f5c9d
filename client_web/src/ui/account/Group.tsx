import { type ReactNode, useId } from "react";
import styles from "./account.module.css";

interface GroupProps {
  readonly title?: string;
  readonly text?: string;
  /** Its rows stand on the page itself, not on one card. */
  readonly bare?: boolean;
  readonly children: ReactNode;
}

/** Settings that belong together. */
export function Group({ title, text, bare = false, children }: GroupProps) {
  const id = useId();
  return (
    <section className={styles.group} aria-labelledby={title ? id : undefined}>
      {title && (
        <h2 id={id} className={styles.groupTitle}>
          {title}
        </h2>
      )}
      {text && <p className={styles.groupText}>{text}</p>}
      {bare ? children : <div className={styles.card}>{children}</div>}
    </section>
  );
}
