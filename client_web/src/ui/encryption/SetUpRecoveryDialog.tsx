import { useState } from "react";
import { useChat } from "../../state/ChatContext";
import { t } from "../../words";
import { Button } from "../controls";
import { KeyMakingDialog } from "./KeyMakingDialog";
import { PassphraseChoice } from "./PassphraseChoice";
import { isComplete, NO_PASSPHRASE, passphraseOf } from "./passphrase";
import { useKeyMaking } from "./useKeyMaking";

const WORDS = {
  title: "encryption.setup_title",
  lead: "encryption.setup_lead",
  working: "encryption.setup_working",
} as const;

/** Identity, secret storage and key backup in one step; or, with `change`, another key in place of the old one. */
export function SetUpRecoveryDialog({ change }: { readonly change: boolean }) {
  const { client, openDialog } = useChat();
  const [passphrase, setPassphrase] = useState(NO_PASSPHRASE);
  const making = useKeyMaking();
  const close = () => openDialog(null);
  const make = () =>
    making.make(() =>
      change
        ? client.crypto.changeRecoveryKey(passphraseOf(passphrase))
        : client.crypto.setUp(client.account.prove, passphraseOf(passphrase)),
    );
  return (
    <KeyMakingDialog
      making={making}
      onClose={close}
      words={WORDS}
      intro={<PassphraseChoice state={passphrase} onChange={setPassphrase} />}
      introActions={
        <>
          <Button onClick={close}>{t("encryption.verify_later")}</Button>
          <Button kind="primary" disabled={!isComplete(passphrase)} onClick={make}>
            {t("encryption.setup_make")}
          </Button>
        </>
      }
    />
  );
}
