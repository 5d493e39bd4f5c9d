import { useCallback, useState } from "react";
import type { Verification } from "../../matrix/crypto";
import { useClient } from "../../state/ChatContext";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Dialog } from "../controls";
import { ErrorLine } from "./ErrorLine";
import { usePersonName } from "./usePersonName";
import { VerificationActions } from "./VerificationActions";
import { VerificationBody } from "./VerificationBody";
import { leadOf, titleOf } from "./verificationWords";

interface VerificationDialogProps {
  readonly verification: Verification;
  /** Ask anew after it was cancelled. */
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

/** One verification, from the question to the answer. */
export function VerificationDialog({ verification, onAgain, onClose }: VerificationDialogProps) {
  const { crypto } = useClient();
  const { act, busy, error } = useWork();
  const [wantsToScan, setScanning] = useState(false);
  const isScanning = wantsToScan && verification.stage === "ready";
  const name = usePersonName(verification.userId);
  const found = useCallback(
    (code: Uint8ClampedArray) => {
      setScanning(false);
      void act(() => crypto.scan(code));
    },
    [act, crypto],
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title={isScanning ? t("encryption.choose_scan_theirs") : titleOf(verification, name)}
      description={isScanning ? t("encryption.scan_lead") : leadOf(verification, name) || undefined}
      actions={
        <VerificationActions
          verification={verification}
          busy={busy}
          act={act}
          isScanning={isScanning}
          onScanning={setScanning}
          onAgain={onAgain}
          onClose={onClose}
        />
      }
    >
      <ErrorLine error={error} />
      <VerificationBody verification={verification} isScanning={isScanning} onFound={found} />
    </Dialog>
  );
}
