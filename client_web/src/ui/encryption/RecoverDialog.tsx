import { type FormEvent, useRef, useState } from "react";
import { useChat } from "../../state/ChatContext";
import { useAnswer } from "../../state/useAnswer";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Dialog, Progress, TextField } from "../controls";
import { ErrorLine } from "./ErrorLine";
import styles from "./encryption.module.css";
import { keyInFile, MAX_KEY_FILE_BYTES } from "./recoveryKeyFile";
import { Shield } from "./Shield";

const FORM = "recover";

/** Getting keys back with the recovery key or passphrase. */
export function RecoverDialog() {
  const { client, openDialog } = useChat();
  const { value: takesPassphrase = false } = useAnswer(() => client.crypto.takesPassphrase());
  const [typed, setTyped] = useState("");
  const [step, setStep] = useState<"enter" | "working" | "recovered">("enter");
  const [progress, setProgress] = useState({ done: 0, total: 0 });
  const { act, error, clearError } = useWork();
  const picker = useRef<HTMLInputElement>(null);

  const recover = async (key: string): Promise<void> => {
    setStep("working");
    const isDone = await act(() => client.crypto.recover(key, (done, total) => setProgress({ done, total })));
    setStep(isDone ? "recovered" : "enter");
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (typed.trim() !== "") void recover(typed);
  };
  const readFile = async (file: File | undefined): Promise<void> => {
    if (file !== undefined) await recover(keyInFile(await file.slice(0, MAX_KEY_FILE_BYTES).text()));
  };
  const close = () => openDialog(null);

  return (
    <Dialog
      open
      onClose={step === "working" ? undefined : close}
      title={t(
        step === "recovered"
          ? "encryption.recover_done_title"
          : step === "working"
            ? "encryption.recover_working"
            : "encryption.recover_title",
      )}
      description={
        step === "recovered"
          ? t("encryption.recover_done_text")
          : step === "enter" && takesPassphrase
            ? t("encryption.recover_lead")
            : undefined
      }
      actions={
        step === "enter" ? (
          <>
            <Button onClick={() => openDialog({ kind: "verifyDevice" })}>{t("encryption.back")}</Button>
            <Button type="submit" form={FORM} kind="primary" disabled={typed.trim() === ""}>
              {t("encryption.recover_submit")}
            </Button>
          </>
        ) : (
          step === "recovered" && (
            <Button kind="primary" onClick={close}>
              {t("encryption.done_close")}
            </Button>
          )
        )
      }
    >
      <ErrorLine error={error} />
      {step === "enter" && (
        <form id={FORM} onSubmit={submit} className={styles.choices}>
          <TextField
            autoFocus
            type="password"
            autoComplete="off"
            label={t(takesPassphrase ? "encryption.recover_field" : "encryption.setup_key_title")}
            value={typed}
            onChange={(text) => {
              clearError();
              setTyped(text);
            }}
          />
          <button type="button" className={styles.link} onClick={() => picker.current?.click()}>
            {t("encryption.recover_from_file")}
          </button>
          <input
            ref={picker}
            type="file"
            hidden
            accept=".txt,text/plain"
            onChange={(event) => void readFile(event.target.files?.[0])}
          />
        </form>
      )}
      {step === "working" && (
        <Progress
          label={t("encryption.recover_working")}
          labelHidden
          value={progress.total > 0 ? progress.done / progress.total : null}
          {...(progress.total > 0 && {
            note: t("encryption.recover_progress", progress.done, progress.total),
          })}
        />
      )}
      {step === "recovered" && <Shield well />}
    </Dialog>
  );
}
