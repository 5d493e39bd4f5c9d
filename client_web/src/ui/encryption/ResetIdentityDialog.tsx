import { useState } from "react";
import { useChat } from "../../state/ChatContext";
import { t } from "../../words";
import { Button, Icon } from "../controls";
import styles from "./encryption.module.css";
import { KeyMakingDialog } from "./KeyMakingDialog";
import { PassphraseChoice } from "./PassphraseChoice";
import { isComplete, NO_PASSPHRASE, passphraseOf } from "./passphrase";
import { useKeyMaking } from "./useKeyMaking";

const WORDS = {
  title: "encryption.reset_title",
  lead: "encryption.reset_lead",
  working: "encryption.reset_working",
} as const;
const COSTS = [
  "encryption.reset_loses_history",
  "encryption.reset_devices",
  "encryption.reset_others_see",
] as const;

/** Beginning anew, with what that costs said first. */
export function ResetIdentityDialog() {
  const { client, openDialog } = useChat();
  const [passphrase, setPassphrase] = useState(NO_PASSPHRASE);
  const making = useKeyMaking();
  const close = () => openDialog(null);
  const reset = () => making.make(() => client.crypto.reset(client.account.prove, passphraseOf(passphrase)));
  return (
    <KeyMakingDialog
      making={making}
      onClose={close}
      words={WORDS}
      intro={
        <>
          <ul className={styles.costs}>
            {COSTS.map((cost) => (
              <li key={cost}>
                <Icon name="triangle-alert" size="small" />
                <span>{t(cost)}</span>
              </li>
            ))}
          </ul>
          <PassphraseChoice state={passphrase} onChange={setPassphrase} />
        </>
      }
      introActions={
        <>
          <Button onClick={close}>{t("encryption.cancel")}</Button>
          <Button kind="danger" disabled={!isComplete(passphrase)} onClick={reset}>
            {t("encryption.reset_submit")}
          </Button>
        </>
      }
    />
  );
}
