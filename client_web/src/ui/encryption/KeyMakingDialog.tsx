import type { ReactNode } from "react";
import { t, type WordId } from "../../words";
import { Button, Dialog, Progress } from "../controls";
import { ErrorLine } from "./ErrorLine";
import { RecoveryKeyView } from "./RecoveryKeyView";
import { Shield } from "./Shield";
import type { KeyMaking, KeyStep } from "./useKeyMaking";

interface KeyMakingDialogProps {
  readonly making: KeyMaking;
  readonly onClose: () => void;
  /** The question, its text, and what is said while the keys are made. */
  readonly words: Readonly<Record<"title" | "lead" | "working", WordId>>;
  readonly intro: ReactNode;
  readonly introActions: ReactNode;
}

const TITLES: Readonly<Partial<Record<KeyStep, WordId>>> = {
  key: "encryption.setup_key_title",
  done: "encryption.setup_done_title",
};
const LEADS: Readonly<Partial<Record<KeyStep, WordId>>> = {
  key: "encryption.setup_key_lead",
  done: "encryption.setup_done_text",
};

/** A dialog that ends with a recovery key: a question, the work, the key, and that all is well. */
export function KeyMakingDialog({ making, onClose, words, intro, introActions }: KeyMakingDialogProps) {
  const { step } = making;
  const isWorking = step === "working";
  // The key is shown once: it is not lost by a press beside the dialog.
  const close = step === "intro" || step === "done" ? onClose : undefined;
  return (
    <Dialog
      open
      onClose={close}
      title={t(TITLES[step] ?? (isWorking ? words.working : words.title))}
      description={isWorking ? undefined : t(LEADS[step] ?? words.lead)}
      actions={actionsOf(making, onClose, introActions)}
    >
      <ErrorLine error={making.error} />
      {step === "intro" && intro}
      {isWorking && <Progress label={t(words.working)} labelHidden value={null} />}
      {step === "key" && (
        <RecoveryKeyView recoveryKey={making.recoveryKey} kept={making.kept} onKept={making.setKept} />
      )}
      {step === "done" && <Shield well />}
    </Dialog>
  );
}

function actionsOf(making: KeyMaking, onClose: () => void, introActions: ReactNode): ReactNode {
  switch (making.step) {
    case "intro":
      return introActions;
    case "working":
      return null;
    case "key":
      return (
        <Button kind="primary" disabled={!making.kept} onClick={making.finish}>
          {t("encryption.next")}
        </Button>
      );
    case "done":
      return (
        <Button kind="primary" onClick={onClose}>
          {t("encryption.done_close")}
        </Button>
      );
  }
}
