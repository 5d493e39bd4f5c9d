import { useClient } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Button, Icon } from "../controls";
import styles from "./Sidebar.module.css";

/** Says that there is no connection, and offers to try again. */
export function OfflineLine() {
  const client = useClient();
  const sync = useValue(client.sync);
  if (sync !== "offline") return null;
  return (
    <div className={styles.offline} role="status">
      <Icon name="cloud-off" size="small" />
      <span className={styles.offlineText}>{t("main.offline")}</span>
      <Button kind="quiet" onClick={() => client.retry()}>
        {t("main.offline.retry")}
      </Button>
    </div>
  );
}
