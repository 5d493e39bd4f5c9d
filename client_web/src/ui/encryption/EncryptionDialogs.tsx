import { useEffect } from "react";
import { type OpenDialog, useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { ProofDialog } from "../account/ProofDialog";
import { AskVerificationDialog, type VerificationTarget } from "./AskVerificationDialog";
import { LookAtVerification } from "./LookAtVerification";
import { RecoverDialog } from "./RecoverDialog";
import { ResetIdentityDialog } from "./ResetIdentityDialog";
import { SetUpRecoveryDialog } from "./SetUpRecoveryDialog";
import { useEncryptionOffer } from "./useEncryptionOffer";
import { VerificationDialog } from "./VerificationDialog";
import { VerifyDeviceDialog } from "./VerifyDeviceDialog";

/**
 * All that encryption asks, once in the window. Opened by `openDialog` with the kinds `verifyDevice`,
 * `setUpRecovery` (`change`: another key in place of the old one), `recover`, `resetIdentity`, and `verification`
 * with a `VerificationTarget`, or with the `verificationId` of the one that goes on in the open room. One that
 * another device began opens by itself.
 */
export default function EncryptionDialogs() {
  const { client, dialog, openDialog } = useChat();
  const verification = useValue(client.crypto.verification);
  useEncryptionOffer();
  useEffect(() => {
    // A verification of the timeline is shown as it stands; where it is over there is nothing to show.
    if (dialog?.kind === "verification" && verification !== null) openDialog(null);
  }, [dialog, verification, openDialog]);

  return (
    <>
      {verification !== null ? (
        <VerificationDialog
          key={verification.id}
          verification={verification}
          onAgain={() => {
            void client.crypto.cancelVerification();
            openDialog({ kind: "verification", start: true, ...targetOf(verification) });
          }}
          onClose={() => void client.crypto.cancelVerification()}
        />
      ) : (
        dialog !== null && <Asked dialog={dialog} />
      )}
      <ProofDialog />
    </>
  );
}

function Asked({ dialog }: { readonly dialog: OpenDialog }) {
  switch (dialog.kind) {
    case "verifyDevice":
      return <VerifyDeviceDialog />;
    case "setUpRecovery":
      return <SetUpRecoveryDialog change={dialog.change === true} />;
    case "recover":
      return <RecoverDialog />;
    case "resetIdentity":
      return <ResetIdentityDialog />;
    case "verification":
      if (dialog.verificationId !== undefined) return <LookAtVerification />;
      return <AskVerificationDialog target={dialog as VerificationTarget} />;
    default:
      return null;
  }
}

function targetOf(verification: {
  readonly own: boolean;
  readonly userId: string;
  readonly roomId: string | null;
  readonly deviceId: string | null;
}): VerificationTarget {
  if (verification.own) return verification.deviceId === null ? {} : { deviceId: verification.deviceId };
  return {
    userId: verification.userId,
    ...(verification.roomId !== null && { roomId: verification.roomId }),
  };
}
