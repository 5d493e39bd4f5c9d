import type { Verification } from "../../matrix/crypto";
import { useClient } from "../../state/ChatContext";
import type { Work } from "../../state/useWork";
import { t } from "../../words";
import { Button } from "../controls";

interface VerificationActionsProps {
  readonly verification: Verification;
  readonly busy: boolean;
  readonly act: Work["act"];
  readonly isScanning: boolean;
  readonly onScanning: (scanning: boolean) => void;
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

/** What can be done in a verification's present stage. */
export function VerificationActions(props: VerificationActionsProps) {
  const { verification, busy, act, onAgain, onClose } = props;
  const { crypto } = useClient();
  const cancel = <Button onClick={onClose}>{t("encryption.cancel")}</Button>;
  switch (verification.stage) {
    case "requested":
      if (!verification.incoming) return cancel;
      return (
        <>
          <Button onClick={onClose}>{t("encryption.request_decline")}</Button>
          <Button kind="primary" busy={busy} onClick={() => act(() => crypto.acceptVerification())}>
            {t("encryption.request_accept")}
          </Button>
        </>
      );
    case "ready":
      return <ReadyActions {...props} />;
    case "started":
    case "confirmed":
      return cancel;
    case "compare":
      return (
        <>
          <Button kind="danger" onClick={() => act(() => crypto.mismatch())}>
            {t("encryption.compare_differ")}
          </Button>
          <Button kind="primary" busy={busy} onClick={() => act(() => crypto.confirm())}>
            {t("encryption.compare_match")}
          </Button>
        </>
      );
    case "scanned":
      return (
        <>
          <Button onClick={() => act(() => crypto.mismatch())}>{t("encryption.scanned_no")}</Button>
          <Button kind="primary" busy={busy} onClick={() => act(() => crypto.confirm())}>
            {t("encryption.scanned_yes")}
          </Button>
        </>
      );
    case "done":
    case "cancelled":
      return (
        <>
          {verification.stage === "cancelled" && !verification.incoming && (
            <Button onClick={onAgain}>{t("encryption.cancelled_again")}</Button>
          )}
          <Button kind="primary" onClick={onClose}>
            {t("encryption.done_close")}
          </Button>
        </>
      );
  }
}

/** A code can be shown or scanned, or emoji compared: what works with the other side. */
function ReadyActions({ verification, busy, act, isScanning, onScanning }: VerificationActionsProps) {
  const { crypto } = useClient();
  const { canCompare, canScan, qrCode } = verification;
  return (
    <>
      {isScanning && <Button onClick={() => onScanning(false)}>{t("encryption.back")}</Button>}
      {canScan && !isScanning && (
        <Button icon="scan-qr-code" onClick={() => onScanning(true)}>
          {t("encryption.choose_scan_theirs")}
        </Button>
      )}
      {canCompare && (
        <Button
          kind={qrCode === null && !isScanning ? "primary" : "secondary"}
          busy={busy}
          onClick={() => act(() => crypto.compareEmoji())}
        >
          {t("encryption.choose_emoji")}
        </Button>
      )}
    </>
  );
}
