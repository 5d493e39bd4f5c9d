import { type ReactNode, useId } from "react";
import { classNames } from "../controls";
import styles from "./Card.module.css";

interface CardProps {
  readonly title?: ReactNode;
  /** What stands at the end of the title's line. */
  readonly end?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string | undefined;
}

/** A framed part of a page. */
export function Card({ title, end, children, className }: CardProps) {
  const id = useId();
  return (
    <section className={classNames(styles.card, className)} aria-labelledby={title ? id : undefined}>
      {title && (
        <header className={styles.head}>
          <h2 id={id} className={styles.title}>
            {title}
          </h2>
          {end}
        </header>
      )}
      {children}
    </section>
  );
}
