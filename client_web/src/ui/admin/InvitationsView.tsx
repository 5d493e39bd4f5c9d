import { useState } from "react";
import { type Invitation, isOver, listInvitations } from "../../matrix/admin/invitations";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { Button, EmptyState } from "../controls";
import { Card } from "./Card";
import { CreateInvitationDialog } from "./CreateInvitationDialog";
import { type Column, DataTable } from "./DataTable";
import { number, sinceText, untilText } from "./format";
import { InvitationActs } from "./InvitationActs";
import { InvitationDialog } from "./InvitationDialog";
import styles from "./InvitationsView.module.css";
import { LoadedView } from "./LoadedView";
import { Tag } from "./Tag";

/** Links that let people make an account. */
export function InvitationsView() {
  const { api } = useAdmin();
  const [isCreating, setCreating] = useState(false);
  const [shown, setShown] = useState<Invitation | null>(null);
  const loaded = useLoaded(() => listInvitations(api), "invitations");
  const created = (invitation: Invitation): void => {
    setCreating(false);
    setShown(invitation);
    void loaded.reload();
  };
  const create = (
    <Button kind="primary" icon="ticket" onClick={() => setCreating(true)}>
      {t("admin.invitations.create")}
    </Button>
  );
  return (
    <Card title={t("admin.invitations.links")} end={create}>
      <LoadedView of={loaded} rows={4}>
        {(invitations) =>
          invitations.length === 0 ? (
            <EmptyState
              icon="ticket"
              title={t("admin.invitations.empty")}
              text={t("admin.invitations.emptyText")}
            />
          ) : (
            <DataTable
              label={t("admin.invitations.links")}
              rows={invitations}
              columns={columns(setShown, loaded.reload)}
              keyOf={(invitation) => invitation.token}
            />
          )
        }
      </LoadedView>
      <CreateInvitationDialog open={isCreating} onClose={() => setCreating(false)} onCreated={created} />
      {shown && <InvitationDialog invitation={shown} onClose={() => setShown(null)} />}
    </Card>
  );
}

function columns(
  onShow: (invitation: Invitation) => void,
  onChanged: () => Promise<void>,
): readonly Column<Invitation>[] {
  return [
    {
      key: "token",
      label: t("admin.invitations.code"),
      render: (invitation) => <code className={styles.code}>{invitation.token}</code>,
    },
    { key: "uses", label: t("admin.invitations.uses"), render: usesOf },
    {
      key: "expires",
      label: t("admin.invitations.expires"),
      isMinor: true,
      render: (invitation) => expiryOf(invitation),
    },
    {
      key: "standing",
      label: t("admin.people.standing"),
      isMinor: true,
      render: (invitation) => isOver(invitation) && <Tag>{t("admin.invitations.over")}</Tag>,
    },
    {
      key: "acts",
      label: t("admin.acts"),
      labelHidden: true,
      atEnd: true,
      render: (invitation) => (
        <InvitationActs invitation={invitation} onShow={() => onShow(invitation)} onChanged={onChanged} />
      ),
    },
  ];
}

function usesOf({ uses, usesAllowed }: Invitation): string {
  if (usesAllowed === null) return t("admin.invitations.usedUnlimited", number(uses));
  return t("admin.invitations.usedOf", number(uses), number(usesAllowed));
}

function expiryOf({ expiresMs }: Invitation): string {
  if (expiresMs === null) return t("admin.never");
  return expiresMs > Date.now() ? untilText(expiresMs) : sinceText(expiresMs);
}
