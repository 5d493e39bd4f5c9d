import type { Grant } from "../../matrix/account";
import { useClient } from "../../state/ChatContext";
import { useAnswer } from "../../state/useAnswer";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, confirm, EmptyState, IconButton, Skeleton, showToast } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";
import styles from "./account.module.css";
import { lastSeenText } from "./deviceRow";
import { Group } from "./Group";
import { openAccountPage } from "./openAccountPage";
import { SettingRow } from "./SettingRow";
import { useCapabilities } from "./useCapabilities";

/** The apps that were let in on the server's own pages. */
export function AppsContent() {
  const { account, deviceId } = useClient();
  const { value: grants, error, reload } = useAnswer(() => account.grants());
  const { isManagedInBrowser } = useCapabilities();
  const acting = useWork();

  const revoke = async (grant: Grant): Promise<void> => {
    if (isManagedInBrowser) {
      return await openAccountPage(account, "org.matrix.device_delete", grant.deviceId);
    }
    const title = t("account.apps_revoke_title", grant.appName);
    const action = t("account.apps_revoke");
    if (!(await confirm({ title, text: t("account.apps_revoke_text"), action, danger: true }))) return;
    if (!(await acting.act(() => account.revokeGrant(grant.deviceId)))) return;
    showToast(t("account.apps_revoked", grant.appName), { kind: "success" });
    await reload();
  };
  return (
    <div className={styles.page}>
      <p className={styles.lead}>{t("account.apps_lead")}</p>
      <ErrorLine error={acting.error || error} />
      {grants === undefined && !error && <Skeleton rows={2} pictures />}
      {grants === null && <p className={styles.muted}>{t("account.apps_unknown")}</p>}
      {grants?.length === 0 && (
        <EmptyState icon="layout-grid" title={t("account.apps_none")} text={t("account.apps_none_text")} />
      )}
      {grants && grants.length > 0 && (
        <Group>
          {grants.map((grant) => (
            <SettingRow key={grant.deviceId} icon="layout-grid" title={grant.appName} text={detailOf(grant)}>
              {grant.appUrl && (
                <IconButton
                  icon="external-link"
                  label={t("account.apps_site", grant.appName)}
                  onClick={() => window.open(grant.appUrl, "_blank", "noopener,noreferrer")}
                />
              )}
              {grant.deviceId !== deviceId && (
                <Button busy={acting.busy} onClick={() => void revoke(grant)}>
                  {t("account.apps_revoke")}
                </Button>
              )}
            </SettingRow>
          ))}
        </Group>
      )}
    </div>
  );
}

function detailOf({ appName, deviceName, deviceId, lastSeenMs }: Grant): string {
  const seen =
    lastSeenMs === null ? t("settings.devices_unknown_time") : lastSeenText(Date.now() - lastSeenMs);
  return deviceName === appName ? seen : t("account.apps_seen", deviceName || deviceId, seen);
}
