import { type FormEvent, useState } from "react";
import type { Address, PendingEmail } from "../../matrix/account";
import { useClient } from "../../state/ChatContext";
import { useAnswer } from "../../state/useAnswer";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, IconButton, TextField } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";
import styles from "./account.module.css";
import { Group } from "./Group";
import { SettingRow } from "./SettingRow";

/** The account's e-mail addresses and telephone numbers. */
export function Addresses({ canChange }: { readonly canChange: boolean }) {
  const { account } = useClient();
  const { value: addresses = [], error, reload } = useAnswer(() => account.addresses());
  const [pending, setPending] = useState<PendingEmail | null>(null);
  const acting = useWork();

  const remove = async (address: Address): Promise<void> => {
    if (await acting.act(() => account.removeAddress(address))) await reload();
  };
  const confirm = async (mail: PendingEmail): Promise<void> => {
    if (!(await acting.act(() => account.confirmEmail(mail)))) return;
    setPending(null);
    await reload();
  };
  if (!canChange && addresses.length === 0) return null;
  return (
    <Group title={t("settings.account_emails")} text={t("settings.account_emails_text")}>
      {(acting.error || error) && <ErrorLine error={acting.error || error} />}
      {addresses.length === 0 && pending === null && (
        <p className={styles.muted}>{t("settings.account_emails_none")}</p>
      )}
      {addresses.map((entry) => (
        <SettingRow
          key={`${entry.medium} ${entry.address}`}
          icon={entry.medium === "email" ? "mail" : "smartphone"}
          title={entry.address}
        >
          {canChange && (
            <IconButton
              icon="trash-2"
              label={t("settings.account_email_remove", entry.address)}
              onClick={() => void remove(entry)}
            />
          )}
        </SettingRow>
      ))}
      {pending !== null && (
        <div className={styles.fields}>
          <p>{t("settings.account_email_sent", pending.address)}</p>
          <div className={styles.end}>
            <Button kind="primary" busy={acting.busy} onClick={() => void confirm(pending)}>
              {t("settings.account_email_confirm")}
            </Button>
            <Button kind="quiet" onClick={() => setPending(null)}>
              {t("settings.cancel")}
            </Button>
          </div>
        </div>
      )}
      {canChange && pending === null && (
        <AddEmail
          busy={acting.busy}
          onAdd={(address) => acting.act(async () => setPending(await account.addEmail(address)))}
        />
      )}
    </Group>
  );
}

interface AddEmailProps {
  readonly busy: boolean;
  readonly onAdd: (address: string) => Promise<boolean>;
}

function AddEmail({ busy, onAdd }: AddEmailProps) {
  const [address, setAddress] = useState("");
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await onAdd(address.trim())) setAddress("");
  };
  return (
    <form className={styles.inline} onSubmit={submit}>
      <TextField
        type="email"
        autoComplete="email"
        label={t("settings.account_email_field")}
        value={address}
        onChange={setAddress}
      />
      <Button type="submit" busy={busy} disabled={!address.includes("@")}>
        {t("settings.account_email_add")}
      </Button>
    </form>
  );
}
