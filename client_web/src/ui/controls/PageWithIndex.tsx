import { type ReactNode, useId, useRef } from "react";
import { Link } from "wouter";
import { classNames } from "./classNames";
import { Icon } from "./Icon";
import styles from "./PageWithIndex.module.css";
import { CONTENT_ID, SkipLink } from "./SkipLink";
import { useRevealed } from "./useRevealed";

/** A part of a page with an index. */
export interface IndexEntry {
  readonly href: string;
  readonly label: string;
  readonly icon?: string;
  readonly current: boolean;
}

interface PageWithIndexProps {
  /** What stands above the index: where one is, and the way back. */
  readonly head: ReactNode;
  readonly label: string;
  readonly entries: readonly IndexEntry[];
  readonly title: string;
  /** What stands at the end of the title's line. */
  readonly status?: ReactNode;
  /** Whether the content takes the whole width, as tables do; settings do not. */
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** A page with an index on the left; on a narrow screen the index is a line to scroll above it. */
export function PageWithIndex({
  head,
  label,
  entries,
  title,
  status,
  wide = false,
  children,
}: PageWithIndexProps) {
  const titleId = useId();
  const index = useRef<HTMLUListElement>(null);
  const current = entries.find((entry) => entry.current)?.href;
  useRevealed(index, "[aria-current]", current);
  return (
    <div className={classNames(styles.page, !wide && styles.settings)}>
      <SkipLink />
      <nav className={styles.index} aria-label={label}>
        <div className={styles.head}>{head}</div>
        <ul ref={index} className={styles.entries}>
          {entries.map((entry) => (
            <li key={entry.href}>
              <Link
                href={entry.href}
                className={classNames(styles.entry, entry.current && styles.current)}
                aria-current={entry.current ? "page" : undefined}
              >
                {entry.icon && <Icon name={entry.icon} size="small" />}
                {entry.label}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <main className={styles.main} aria-labelledby={titleId} id={CONTENT_ID} tabIndex={-1}>
        <div className={classNames(styles.content, wide && styles.wide)}>
          <header className={styles.titleRow}>
            <h1 id={titleId} className={styles.title}>
              {title}
            </h1>
            {status}
          </header>
          {children}
        </div>
      </main>
    </div>
  );
}
