import { useState } from "react";
import type { EncryptionStep } from "../../matrix/crypto";
import { nextStep } from "../../matrix/crypto/nextStep";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t, type WordId } from "../../words";
import { classNames, Icon, IconButton, showToast } from "../controls";
import styles from "./encryption.module.css";

const ACTIONS: Readonly<Record<EncryptionStep, WordId>> = {
  none: "control.ok",
  verify: "encryption.verify_start",
  set_up: "encryption.banner_set_up_action",
  backup: "encryption.banner_backup_action",
};

/** What is still to be done about encryption, as a small card that can be put away; nothing while all is well. */
export default function EncryptionBanner() {
  const { client, openDialog } = useChat();
  const step = useValue(client.crypto.state, nextStep);
  const [dismissed, setDismissed] = useState<EncryptionStep>("none");
  const { act } = useWork();
  if (step === "none" || step === dismissed) return null;
  const warns = step === "verify";

  const go = async (): Promise<void> => {
    if (step !== "backup") return openDialog({ kind: warns ? "verifyDevice" : "setUpRecovery" });
    const isDone = await act(async () => {
      if (!(await client.crypto.turnBackupOn())) openDialog({ kind: "setUpRecovery", change: true });
    });
    if (!isDone) showToast(t("error.unknown"), { kind: "error" });
  };
  return (
    <section className={classNames(styles.banner, warns && styles.warns)} aria-label={t(titleOf(step))}>
      <Icon name={warns ? "shield-alert" : "key-round"} size="small" />
      <div className={styles.bannerWords}>
        <strong>{t(titleOf(step))}</strong>
        <span>{t(`encryption.banner_${step}_text` as WordId)}</span>
        <button type="button" className={styles.link} onClick={() => void go()}>
          {t(ACTIONS[step])}
        </button>
      </div>
      <IconButton small icon="x" label={t("encryption.banner_dismiss")} onClick={() => setDismissed(step)} />
    </section>
  );
}

function titleOf(step: EncryptionStep): WordId {
  return `encryption.banner_${step}_title` as WordId;
}
