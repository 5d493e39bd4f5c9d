import { type FormEvent, useState } from "react";
import { useClient } from "../../state/ChatContext";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Checkbox, Dialog, showToast, TextField } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";
import styles from "./account.module.css";

const FORM = "password";
const MIN_LENGTH = 8;

/** Another password; the old one is asked for when the server wants it. */
export function PasswordDialog({ onClose }: { readonly onClose: () => void }) {
  const { account, userId } = useClient();
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [everywhere, setEverywhere] = useState(false);
  const { act, busy, error } = useWork();
  const isReady = password.length >= MIN_LENGTH && again === password;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isReady || !(await act(() => account.changePassword(password, everywhere)))) return;
    showToast(t("settings.account_password_done"), { kind: "success" });
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("settings.account_password_submit")}
      actions={
        <>
          <Button onClick={onClose}>{t("settings.cancel")}</Button>
          <Button type="submit" form={FORM} kind="primary" busy={busy} disabled={!isReady}>
            {t("settings.account_password_submit")}
          </Button>
        </>
      }
    >
      <ErrorLine error={error} />
      <form id={FORM} className={styles.fields} onSubmit={submit}>
        <input type="text" hidden readOnly autoComplete="username" value={userId} />
        <TextField
          autoFocus
          type="password"
          autoComplete="new-password"
          label={t("settings.account_password_new")}
          hint={t("settings.account_password_short")}
          value={password}
          onChange={setPassword}
        />
        <TextField
          type="password"
          autoComplete="new-password"
          label={t("account.password_again")}
          value={again}
          onChange={setAgain}
          error={password.startsWith(again) ? undefined : t("account.password_differ")}
        />
        <Checkbox
          label={t("settings.account_password_devices")}
          checked={everywhere}
          onChange={setEverywhere}
        />
      </form>
    </Dialog>
  );
}
