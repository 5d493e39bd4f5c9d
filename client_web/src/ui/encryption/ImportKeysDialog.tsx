import { type FormEvent, useRef, useState } from "react";
import { useClient } from "../../state/ChatContext";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Dialog, showToast, TextField } from "../controls";
import { ErrorLine } from "./ErrorLine";
import styles from "./encryption.module.css";

const FORM = "import-keys";

/** The keys of a file that another client wrote. */
export function ImportKeysDialog({ onClose }: { readonly onClose: () => void }) {
  const { crypto } = useClient();
  const [file, setFile] = useState<File | null>(null);
  const [passphrase, setPassphrase] = useState("");
  const picker = useRef<HTMLInputElement>(null);
  const { act, busy, error, clearError } = useWork();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (file === null || passphrase === "") return;
    const isDone = await act(async () => {
      const n = await crypto.importKeys(await file.text(), passphrase);
      showToast(t("settings.encryption_imported", { n }), { kind: "success" });
    });
    if (isDone) onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("settings.encryption_import_title")}
      description={t("settings.encryption_import_text")}
      actions={
        <>
          <Button onClick={onClose}>{t("settings.cancel")}</Button>
          <Button
            type="submit"
            form={FORM}
            kind="primary"
            busy={busy}
            disabled={file === null || passphrase === ""}
          >
            {t("settings.encryption_import")}
          </Button>
        </>
      }
    >
      <ErrorLine error={error} />
      <form id={FORM} className={styles.choices} onSubmit={submit}>
        <Button icon="file" wide onClick={() => picker.current?.click()}>
          {file?.name ?? t("settings.encryption_choose_file")}
        </Button>
        <input
          ref={picker}
          type="file"
          hidden
          aria-label={t("settings.encryption_choose_file")}
          onChange={(event) => {
            clearError();
            setFile(event.target.files?.[0] ?? null);
          }}
        />
        <TextField
          type="password"
          autoComplete="off"
          label={t("settings.encryption_passphrase")}
          value={passphrase}
          onChange={(text) => {
            clearError();
            setPassphrase(text);
          }}
        />
      </form>
    </Dialog>
  );
}
