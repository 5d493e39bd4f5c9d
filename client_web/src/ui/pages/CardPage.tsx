import type { ReactNode } from "react";
import styles from "./CardPage.module.css";

interface CardPageProps {
  readonly title: string;
  readonly lead?: ReactNode;
  /** What stands opposite the sign at the card's head, such as the way back. */
  readonly corner?: ReactNode;
  readonly children?: ReactNode;
  /** What stands below the card. */
  readonly below?: ReactNode;
}

/** The one card in the middle of an empty page: what leads into the client, or says why there is none. */
export function CardPage({ title, lead, corner, children, below }: CardPageProps) {
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <section className={styles.card}>
          <header className={styles.head}>
            <img className={styles.logo} src="/assets/icon.svg" alt="" />
            {corner}
          </header>
          <div className={styles.words}>
            <h1 className={styles.title}>{title}</h1>
            {lead && <p className={styles.lead}>{lead}</p>}
          </div>
          {children}
        </section>
        {below}
      </div>
    </main>
  );
}
