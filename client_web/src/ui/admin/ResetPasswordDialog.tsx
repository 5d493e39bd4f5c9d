import { type FormEvent, useId, useState } from "react";
import { resetPassword } from "../../matrix/admin/people";
import { useAdmin } from "../../state/admin/AdminContext";
import { t } from "../../words";
import { Button, Dialog, Switch } from "../controls";
import form from "./Form.module.css";
import { PasswordField } from "./PasswordField";
import { newPassword } from "./password";
import { useAct } from "./useAct";

interface ResetPasswordDialogProps {
  readonly userId: string;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Give somebody who has forgotten their password a new one. */
export function ResetPasswordDialog({ userId, open, onClose }: ResetPasswordDialogProps) {
  const { api } = useAdmin();
  const formId = useId();
  const act = useAct();
  const [password, setPassword] = useState(newPassword);
  const [signOut, setSignOut] = useState(true);
  const reset = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const work = () => resetPassword(api, userId, password, signOut);
    if (await act.run(work, t("admin.person.passwordSet"))) onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("admin.person.resetPassword")}
      description={t("admin.person.resetText", userId)}
      actions={
        <>
          <Button onClick={onClose}>{t("control.cancel")}</Button>
          <Button kind="primary" type="submit" form={formId} busy={act.isBusy} disabled={!password}>
            {t("admin.person.setPassword")}
          </Button>
        </>
      }
    >
      <form id={formId} className={form.form} onSubmit={(event) => void reset(event)}>
        <PasswordField value={password} onChange={setPassword} />
        <Switch
          label={t("admin.person.signOutAll")}
          hint={t("admin.person.signOutAllHint")}
          checked={signOut}
          onChange={setSignOut}
        />
      </form>
    </Dialog>
  );
}
