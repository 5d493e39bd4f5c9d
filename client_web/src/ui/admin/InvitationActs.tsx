import { deleteInvitation, type Invitation, isOver, linkOf } from "../../matrix/admin/invitations";
import { useAdmin } from "../../state/admin/AdminContext";
import { t } from "../../words";
import { confirm, IconButton, showToast } from "../controls";
import styles from "./InvitationsView.module.css";
import { useAct } from "./useAct";
import { useBaseUrl } from "./useBaseUrl";

interface InvitationActsProps {
  readonly invitation: Invitation;
  readonly onShow: () => void;
  readonly onChanged: () => Promise<void>;
}

/** What can be done with an invitation. */
export function InvitationActs({ invitation, onShow, onChanged }: InvitationActsProps) {
  const { api } = useAdmin();
  const act = useAct();
  const baseUrl = useBaseUrl();
  const { token } = invitation;
  const copy = async (): Promise<void> => {
    await act.run(() => navigator.clipboard.writeText(linkOf(baseUrl, token)));
    showToast(t("control.copied"));
  };
  const remove = async (): Promise<void> => {
    const question = {
      title: t("admin.invitations.deleteTitle"),
      text: t("admin.invitations.deleteText"),
      action: t("admin.invitations.delete"),
      danger: true,
    };
    if (!(await confirm(question))) return;
    if (await act.run(() => deleteInvitation(api, token))) await onChanged();
  };
  return (
    <span className={styles.acts}>
      {!isOver(invitation) && (
        <>
          <IconButton icon="copy" label={t("admin.invitations.copy")} onClick={() => void copy()} />
          <IconButton icon="qr-code" label={t("admin.invitations.show")} onClick={onShow} />
        </>
      )}
      <IconButton
        icon="trash-2"
        label={t("admin.invitations.delete")}
        disabled={act.isBusy}
        onClick={() => void remove()}
      />
    </span>
  );
}
