import { t } from "../../words";
import { Button } from "../controls";
import { CardPage } from "./CardPage";
import styles from "./CrashPage.module.css";

interface CrashPageProps {
  readonly error: unknown;
}

/** What is shown when a whole page has broken. */
export function CrashPage({ error }: CrashPageProps) {
  return (
    <CardPage title={t("web.crash_title")} lead={t("web.crash_text")}>
      <Button kind="primary" wide onClick={() => location.reload()}>
        {t("web.crash_reload")}
      </Button>
      <details>
        <summary className={styles.summary}>{t("web.crash_details")}</summary>
        <pre className={styles.details}>{detailsOf(error)}</pre>
      </details>
    </CardPage>
  );
}

function detailsOf(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
  return `Parlour, ${navigator.userAgent}\n${text}`;
}
