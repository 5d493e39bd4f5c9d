import { type Invitation, linkOf } from "../../matrix/admin/invitations";
import { t } from "../../words";
import { Button, Dialog, showToast } from "../controls";
import styles from "./InvitationsView.module.css";
import { QrCode } from "./QrCode";
import { useAct } from "./useAct";
import { useBaseUrl } from "./useBaseUrl";

interface InvitationDialogProps {
  readonly invitation: Invitation;
  readonly onClose: () => void;
}

/** An invitation to be handed on: as a link, and as a code for a camera. */
export function InvitationDialog({ invitation, onClose }: InvitationDialogProps) {
  const act = useAct();
  const link = linkOf(useBaseUrl(), invitation.token);
  const copy = async (): Promise<void> => {
    if (await act.run(() => navigator.clipboard.writeText(link))) showToast(t("control.copied"));
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("admin.invitations.ready")}
      description={t("admin.invitations.readyText")}
      actions={
        <>
          <Button onClick={onClose}>{t("control.close")}</Button>
          <Button kind="primary" icon="copy" onClick={() => void copy()}>
            {t("admin.invitations.copy")}
          </Button>
        </>
      }
    >
      <QrCode text={link} label={t("admin.invitations.qr")} />
      <p className={styles.link}>{link}</p>
    </Dialog>
  );
}
