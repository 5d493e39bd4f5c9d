import { useEffect } from "react";
import { useChat } from "../../state/ChatContext";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Dialog } from "../controls";
import { ErrorLine } from "./ErrorLine";
import { usePersonName } from "./usePersonName";

/** Whom to verify: another device of one's own where no user is named. */
export interface VerificationTarget {
  readonly userId?: string;
  readonly deviceId?: string;
  readonly roomId?: string;
  /** Ask at once. */
  readonly start?: boolean;
}

/** Before a verification: nothing is sent until the user says so. */
export function AskVerificationDialog({ target }: { readonly target: VerificationTarget }) {
  const { client, openDialog } = useChat();
  const { act, busy, error } = useWork();
  const { userId, deviceId, roomId, start = false } = target;
  const isOwn = userId === undefined || userId === client.userId;
  const name = usePersonName(userId ?? client.userId);
  const ask = () =>
    act(() => (isOwn ? client.crypto.verifyOwn(deviceId) : client.crypto.verifyUser(userId, roomId)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, when it opens
  useEffect(() => {
    if (start) void ask();
  }, []);
  const close = () => openDialog(null);
  return (
    <Dialog
      open
      onClose={close}
      title={isOwn ? t("encryption.verify_title") : t("encryption.verify_person_title", name)}
      description={isOwn ? t("encryption.verify_with_device_text") : t("encryption.verify_person_lead", name)}
      actions={
        <>
          <Button onClick={close}>{t("encryption.cancel")}</Button>
          <Button kind="primary" busy={busy} onClick={ask}>
            {t("encryption.verify_start")}
          </Button>
        </>
      }
    >
      <ErrorLine error={error} />
    </Dialog>
  );
}
