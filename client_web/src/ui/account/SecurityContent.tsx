import { useState } from "react";
import { useClient } from "../../state/ChatContext";
import { t } from "../../words";
import { Button } from "../controls";
import { Addresses } from "./Addresses";
import styles from "./account.module.css";
import { Group } from "./Group";
import { openAccountPage } from "./openAccountPage";
import { PasswordDialog } from "./PasswordDialog";
import { SettingRow } from "./SettingRow";
import { useCapabilities } from "./useCapabilities";

/** How one signs in, and how one gets back in: password and addresses. */
export function SecurityContent() {
  const { account } = useClient();
  const capabilities = useCapabilities();
  const [isChanging, setChanging] = useState(false);
  return (
    <div className={styles.page}>
      <p className={styles.lead}>{t("account.security_lead")}</p>
      {capabilities.isManagedInBrowser && (
        <Group>
          <SettingRow title={t("settings.account_manage")} text={t("settings.account_manage_text")}>
            <Button icon="external-link" onClick={() => void openAccountPage(account, "org.matrix.profile")}>
              {t("account.managed_open")}
            </Button>
          </SettingRow>
        </Group>
      )}
      {capabilities.canChangePassword && (
        <Group>
          <SettingRow icon="lock" title={t("settings.account_password")} text={t("account.password_text")}>
            <Button onClick={() => setChanging(true)}>{t("settings.account_password_submit")}</Button>
          </SettingRow>
        </Group>
      )}
      <Addresses canChange={capabilities.canChangeAddresses} />
      {isChanging && <PasswordDialog onClose={() => setChanging(false)} />}
    </div>
  );
}
