import { t } from "../../words";
import { Skeleton } from "../controls";
import styles from "./OpeningPage.module.css";

/** The shape of the chat, until it is there. */
export function OpeningPage() {
  return (
    <main className={styles.page} aria-label={t("web.opening")} aria-busy="true">
      <div className={styles.rail} />
      <div className={styles.list}>
        <Skeleton rows={8} pictures />
      </div>
      <div className={styles.room} />
    </main>
  );
}
