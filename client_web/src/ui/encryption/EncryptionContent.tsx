import { useState } from "react";
import { useChat } from "../../state/ChatContext";
import { useAnswer } from "../../state/useAnswer";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import styles from "../account/account.module.css";
import { grouped } from "../account/deviceRow";
import { Group } from "../account/Group";
import { SettingRow } from "../account/SettingRow";
import { Button, IconButton, Skeleton, showToast } from "../controls";
import { BackupRow } from "./BackupRow";
import { ErrorLine } from "./ErrorLine";
import { ExportKeysDialog } from "./ExportKeysDialog";
import { ImportKeysDialog } from "./ImportKeysDialog";
import { ThisDeviceRow } from "./ThisDeviceRow";
import { VerifiedOnlyRow } from "./VerifiedOnlyRow";

/** Keys: this device, recovery, backup, files, beginning anew. */
export function EncryptionContent() {
  const { client, openDialog } = useChat();
  const state = useValue(client.crypto.state);
  const { value: key = "" } = useAnswer(async () => (client.canEncrypt ? client.crypto.deviceKey() : ""));
  const [files, setFiles] = useState<"none" | "export" | "import">("none");
  const acting = useWork();
  const deviceKey = grouped(key);
  const copyKey = () => navigator.clipboard.writeText(deviceKey).then(() => showToast(t("control.copied")));

  if (state.available && !state.known) return <Skeleton rows={5} />;
  return (
    <div className={styles.page}>
      <p className={styles.lead}>{t("settings.encryption_lead")}</p>
      <ErrorLine error={acting.error} />
      <Group title={t("settings.encryption_this_device")}>
        <ThisDeviceRow />
        <SettingRow title={t("settings.encryption_device_id")} text={client.deviceId} mono />
        {deviceKey && (
          <SettingRow title={t("settings.encryption_device_key")} text={deviceKey} mono>
            <IconButton icon="copy" label={t("settings.copy")} onClick={() => acting.act(copyKey)} />
          </SettingRow>
        )}
      </Group>
      {state.identityExists && (
        <Group>
          <SettingRow
            icon="key-round"
            title={t("settings.encryption_recovery")}
            text={t(
              state.storageExists ? "settings.encryption_recovery_on" : "settings.encryption_recovery_off",
            )}
          >
            {state.privateKeysHere && (
              <Button onClick={() => openDialog({ kind: "setUpRecovery", change: state.storageExists })}>
                {t(
                  state.storageExists
                    ? "settings.encryption_recovery_change"
                    : "settings.encryption_recovery_set_up",
                )}
              </Button>
            )}
          </SettingRow>
          <BackupRow />
        </Group>
      )}
      {state.available && (
        <Group>
          <SettingRow
            icon="file"
            title={t("settings.encryption_files")}
            text={t("settings.encryption_files_text")}
          >
            <Button onClick={() => setFiles("export")}>{t("settings.encryption_export")}</Button>
            <Button onClick={() => setFiles("import")}>{t("settings.encryption_import")}</Button>
          </SettingRow>
          <VerifiedOnlyRow />
          {state.identityExists && (
            <SettingRow title={t("settings.encryption_reset")} text={t("settings.encryption_reset_text")}>
              <Button className={styles.grave} onClick={() => openDialog({ kind: "resetIdentity" })}>
                {t("settings.encryption_reset")}
              </Button>
            </SettingRow>
          )}
        </Group>
      )}
      {files === "export" && <ExportKeysDialog onClose={() => setFiles("none")} />}
      {files === "import" && <ImportKeysDialog onClose={() => setFiles("none")} />}
    </div>
  );
}
