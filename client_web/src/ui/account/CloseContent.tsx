import { useState } from "react";
import { useAuth } from "../../state/AuthContext";
import { useClient } from "../../state/ChatContext";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Checkbox, classNames, Dialog, showToast, TextField } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";
import styles from "./account.module.css";
import { Group } from "./Group";
import { openAccountPage } from "./openAccountPage";
import { useCapabilities } from "./useCapabilities";

const HAPPENS = [
  "account.close_rooms",
  "account.close_profile",
  "account.close_messages",
  "account.close_name",
] as const;

/** Leaving for good, with what that means said first. */
export function CloseContent() {
  const { account } = useClient();
  const { isManagedInBrowser } = useCapabilities();
  const [isAsking, setAsking] = useState(false);
  const begin = () => {
    if (isManagedInBrowser) void openAccountPage(account, "org.matrix.account_deactivate");
    else setAsking(true);
  };
  return (
    <div className={styles.page}>
      <p className={styles.lead}>{t("account.close_lead")}</p>
      <Group title={t("account.close_happens")}>
        <div>
          <ul className={styles.points}>
            {HAPPENS.map((point) => (
              <li key={point}>{t(point)}</li>
            ))}
          </ul>
        </div>
      </Group>
      <Button className={classNames(styles.start, styles.grave)} onClick={begin}>
        {t("settings.account_close")}
      </Button>
      {isAsking && <CloseDialog onClose={() => setAsking(false)} />}
    </div>
  );
}

function CloseDialog({ onClose }: { readonly onClose: () => void }) {
  const { account, userId } = useClient();
  const auth = useAuth();
  const [typed, setTyped] = useState("");
  const [erase, setErase] = useState(false);
  const { act, busy, error } = useWork();
  const close = async (): Promise<void> => {
    if (!(await act(() => account.deactivate(erase)))) return;
    showToast(t("account.close_done"));
    await auth.forget(userId);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("settings.account_close_title")}
      description={t("settings.account_close_text")}
      actions={
        <>
          <Button onClick={onClose}>{t("settings.cancel")}</Button>
          <Button kind="danger" busy={busy} disabled={typed.trim() !== userId} onClick={() => void close()}>
            {t("settings.account_close")}
          </Button>
        </>
      }
    >
      <ErrorLine error={error} />
      <Checkbox label={t("settings.account_close_erase")} checked={erase} onChange={setErase} />
      <TextField
        autoComplete="off"
        label={t("settings.account_close_type", userId)}
        value={typed}
        onChange={setTyped}
      />
    </Dialog>
  );
}
