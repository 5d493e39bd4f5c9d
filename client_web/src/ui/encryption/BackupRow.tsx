import { useState } from "react";
import type { EncryptionState } from "../../matrix/crypto";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { SettingRow } from "../account/SettingRow";
import { Button, confirm, Progress, showToast } from "../controls";
import { ErrorLine } from "./ErrorLine";

/** The key backup: on or off, and everything out of it. */
export function BackupRow() {
  const { client, openDialog } = useChat();
  const { crypto } = client;
  const state = useValue(crypto.state);
  const [progress, setProgress] = useState<{ readonly done: number; readonly total: number } | null>(null);
  const { act, busy, error } = useWork();

  const restore = async (): Promise<void> => {
    await act(async () => {
      setProgress({ done: 0, total: 0 });
      const n = await crypto.restoreBackup((done, total) => setProgress({ done, total }));
      showToast(t("settings.encryption_backup_restored", { n }), { kind: "success" });
    });
    setProgress(null);
  };
  const turnOn = () =>
    act(async () => {
      if (!(await crypto.turnBackupOn())) openDialog({ kind: "setUpRecovery", change: true });
    });
  const turnOff = async (): Promise<void> => {
    const question = {
      title: t("settings.encryption_backup_turn_off_title"),
      text: t("settings.encryption_backup_turn_off_text"),
      action: t("settings.encryption_backup_turn_off"),
      danger: true,
    };
    if (await confirm(question)) await act(() => crypto.turnBackupOff());
  };

  return (
    <>
      <SettingRow icon="save" title={t("settings.encryption_backup")} text={textOf(state)}>
        {state.backupActive && (
          <Button busy={busy} onClick={() => void restore()}>
            {t("settings.encryption_backup_restore")}
          </Button>
        )}
        {state.privateKeysHere &&
          (state.backupActive ? (
            <Button kind="quiet" busy={busy} onClick={() => void turnOff()}>
              {t("settings.encryption_backup_turn_off")}
            </Button>
          ) : (
            <Button kind="primary" busy={busy} onClick={() => void turnOn()}>
              {t("settings.encryption_backup_turn_on")}
            </Button>
          ))}
      </SettingRow>
      {error && <ErrorLine error={error} />}
      {progress !== null && (
        <Progress
          label={t("encryption.recover_working")}
          value={progress.total > 0 ? progress.done / progress.total : null}
        />
      )}
    </>
  );
}

function textOf(state: EncryptionState): string {
  if (!state.backupActive) {
    const isStrange = state.backupVersion !== null && !state.backupTrusted;
    return t(isStrange ? "settings.encryption_backup_untrusted" : "settings.encryption_backup_off");
  }
  if (state.keysWaiting > 0) return t("settings.encryption_backup_waiting", { n: state.keysWaiting });
  return t("settings.encryption_backup_on");
}
