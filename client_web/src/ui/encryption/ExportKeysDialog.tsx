import { type FormEvent, useState } from "react";
import { useClient } from "../../state/ChatContext";
import { saveFile } from "../../state/downloads";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Dialog, showToast, TextField } from "../controls";
import { ErrorLine } from "./ErrorLine";
import styles from "./encryption.module.css";
import { isLongEnough } from "./passphrase";

const FORM = "export-keys";
const FILE = "parlour-keys.txt";

/** All keys as a file, encrypted with a passphrase. */
export function ExportKeysDialog({ onClose }: { readonly onClose: () => void }) {
  const { crypto } = useClient();
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const { act, busy, error } = useWork();
  const isReady = isLongEnough(passphrase) && again === passphrase;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isReady) return;
    const isDone = await act(async () => {
      saveFile(FILE, new Blob([await crypto.exportKeys(passphrase)], { type: "text/plain" }));
    });
    if (!isDone) return;
    showToast(t("settings.encryption_export_done", FILE), { kind: "success" });
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("settings.encryption_export_title")}
      description={t("settings.encryption_export_text")}
      actions={
        <>
          <Button onClick={onClose}>{t("settings.cancel")}</Button>
          <Button type="submit" form={FORM} kind="primary" busy={busy} disabled={!isReady}>
            {t("settings.encryption_export")}
          </Button>
        </>
      }
    >
      <ErrorLine error={error} />
      <form id={FORM} className={styles.choices} onSubmit={submit}>
        <TextField
          autoFocus
          type="password"
          autoComplete="new-password"
          label={t("settings.encryption_passphrase")}
          hint={t("settings.encryption_passphrase_short")}
          value={passphrase}
          onChange={setPassphrase}
        />
        <TextField
          type="password"
          autoComplete="new-password"
          label={t("settings.encryption_passphrase_again")}
          value={again}
          onChange={setAgain}
          error={passphrase.startsWith(again) ? undefined : t("settings.encryption_passphrase_differ")}
        />
      </form>
    </Dialog>
  );
}
