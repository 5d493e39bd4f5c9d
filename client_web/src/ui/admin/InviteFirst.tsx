import { useState } from "react";
import { Link } from "wouter";
import { createInvitation, type Invitation } from "../../matrix/admin/invitations";
import { useAdmin } from "../../state/admin/AdminContext";
import { t } from "../../words";
import { Button } from "../controls";
import { Card } from "./Card";
import form from "./Form.module.css";
import { InvitationDialog } from "./InvitationDialog";
import { useAct } from "./useAct";

const WEEK_MS = 7 * 86_400_000;
const USES = 10;

/** The quickest way to let people in: one link for ten people and a week. */
export function InviteFirst() {
  const { api } = useAdmin();
  const act = useAct();
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const create = (): Promise<boolean> =>
    act.run(async () => setInvitation(await createInvitation(api, USES, Date.now() + WEEK_MS)));
  return (
    <Card title={t("admin.setup.invite")}>
      <p className={form.note}>{t("admin.setup.inviteText", USES)}</p>
      <div className={form.row}>
        <Button kind="primary" icon="ticket" busy={act.isBusy} onClick={() => void create()}>
          {t("admin.setup.inviteDo")}
        </Button>
      </div>
      <Link href="/admin/invitations">{t("admin.setup.allInvitations")}</Link>
      {invitation && <InvitationDialog invitation={invitation} onClose={() => setInvitation(null)} />}
    </Card>
  );
}
