import { useState } from "react";
import { useClient } from "../../state/ChatContext";
import { saveFile } from "../../state/downloads";
import { t } from "../../words";
import { Button, Checkbox } from "../controls";
import styles from "./encryption.module.css";
import { useCopy } from "./useCopy";

interface RecoveryKeyViewProps {
  readonly recoveryKey: string;
  readonly kept: boolean;
  readonly onKept: (kept: boolean) => void;
}

/** The recovery key, shown once: to copy, to save, and to confirm that it is kept. */
export function RecoveryKeyView({ recoveryKey, kept, onKept }: RecoveryKeyViewProps) {
  const { userId } = useClient();
  const [copy, copied] = useCopy();
  const [saved, setSaved] = useState(false);
  const save = () => {
    saveFile("parlour-recovery-key.txt", new Blob([`${userId}\n${recoveryKey}\n`], { type: "text/plain" }));
    setSaved(true);
  };
  return (
    <>
      <p className={styles.key} data-testid="recovery-key">
        {recoveryKey}
      </p>
      <div className={styles.row}>
        <Button icon={copied ? "check" : "copy"} onClick={() => copy(recoveryKey)}>
          {t(copied ? "encryption.setup_key_copied" : "encryption.setup_key_copy")}
        </Button>
        <Button icon={saved ? "check" : "download"} onClick={save}>
          {t(saved ? "encryption.setup_key_saved" : "encryption.setup_key_save")}
        </Button>
      </div>
      <Checkbox label={t("encryption.setup_key_kept")} checked={kept} onChange={onKept} />
    </>
  );
}
