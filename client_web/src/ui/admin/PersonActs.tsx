import { useState } from "react";
import {
  deactivate,
  type Person,
  redactAll,
  setAdmin,
  setLocked,
  setSuspended,
} from "../../matrix/admin/people";
import { useAdmin } from "../../state/admin/AdminContext";
import { t } from "../../words";
import { Button, confirm, Switch } from "../controls";
import { Card } from "./Card";
import form from "./Form.module.css";
import { ResetPasswordDialog } from "./ResetPasswordDialog";
import { useAct } from "./useAct";

interface PersonActsProps {
  readonly person: Person;
  readonly onChanged: () => Promise<void>;
}

/** What can be done about an account. Nobody takes their own rights away by mistake. */
export function PersonActs({ person, onChanged }: PersonActsProps) {
  const { api } = useAdmin();
  const act = useAct();
  const [isResetting, setResetting] = useState(false);
  const { userId } = person;
  const isSelf = userId === api.session.userId;
  const change = async (work: () => Promise<void>): Promise<void> => {
    if (await act.run(work, t("admin.saved"))) await onChanged();
  };
  const close = async (): Promise<void> => {
    const question = {
      title: t("admin.person.deactivateTitle", person.name),
      text: t("admin.person.deactivateText"),
      action: t("admin.person.deactivate"),
      danger: true,
    };
    if (await confirm(question)) await change(() => deactivate(api, userId, false));
  };
  const redact = async (): Promise<void> => {
    const question = {
      title: t("admin.person.redactTitle", person.name),
      text: t("admin.person.redactText"),
      action: t("admin.person.redact"),
      danger: true,
    };
    if (await confirm(question)) await act.run(() => redactAll(api, userId), t("admin.begun"));
  };
  return (
    <Card title={t("admin.person.rights")}>
      <Switch
        label={t("admin.person.admin")}
        hint={t(isSelf ? "admin.person.self" : "admin.person.adminHint")}
        checked={person.isAdmin}
        disabled={isSelf || act.isBusy || person.isDeactivated}
        onChange={(checked) => void change(() => setAdmin(api, userId, checked))}
      />
      <Switch
        label={t("admin.person.suspended")}
        hint={t("admin.person.suspendedHint")}
        checked={person.isSuspended}
        disabled={isSelf || act.isBusy || person.isDeactivated}
        onChange={(checked) => void change(() => setSuspended(api, userId, checked))}
      />
      <Switch
        label={t("admin.person.locked")}
        hint={t("admin.person.lockedHint")}
        checked={person.isLocked}
        disabled={isSelf || act.isBusy || person.isDeactivated}
        onChange={(checked) => void change(() => setLocked(api, userId, checked))}
      />
      <div className={form.row}>
        <Button icon="key-round" disabled={person.isDeactivated} onClick={() => setResetting(true)}>
          {t("admin.person.resetPassword")}
        </Button>
        <Button icon="trash-2" onClick={() => void redact()}>
          {t("admin.person.redact")}
        </Button>
        <Button
          kind="danger"
          icon="user-x"
          disabled={isSelf || person.isDeactivated}
          onClick={() => void close()}
        >
          {t("admin.person.deactivate")}
        </Button>
      </div>
      <ResetPasswordDialog userId={userId} open={isResetting} onClose={() => setResetting(false)} />
    </Card>
  );
}
