import { useState } from "react";
import { takeUpdate, updateWaits } from "../../state/serviceWorker";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Button, IconButton } from "../controls";
import styles from "./UpdateNotice.module.css";

/** Says quietly that there is a new version; whoever puts it away gets it with the next start. */
export function UpdateNotice() {
  const waits = useValue(updateWaits);
  const [isPutAway, setPutAway] = useState(false);
  if (!waits || isPutAway) return null;
  return (
    <div className={styles.notice} role="status">
      <span>{t("push.update_title")}</span>
      <Button kind="quiet" onClick={() => void takeUpdate()}>
        {t("push.update_action")}
      </Button>
      <IconButton small icon="x" label={t("encryption.banner_dismiss")} onClick={() => setPutAway(true)} />
    </div>
  );
}
