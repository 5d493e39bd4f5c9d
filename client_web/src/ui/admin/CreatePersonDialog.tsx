import { type FormEvent, useId, useState } from "react";
import { useLocation } from "wouter";
import { createPerson } from "../../matrix/admin/people";
import { useAdmin } from "../../state/admin/AdminContext";
import { t } from "../../words";
import { Button, Dialog, Switch, TextField } from "../controls";
import styles from "./Form.module.css";
import { PasswordField } from "./PasswordField";
import { newPassword } from "./password";
import { useAct } from "./useAct";

interface CreatePersonDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

const LOCALPART = /^[a-z0-9._=/+-]{1,200}$/;

/** Make an account for somebody. */
export function CreatePersonDialog({ open, onClose }: CreatePersonDialogProps) {
  const { api, serverName } = useAdmin();
  const [, navigate] = useLocation();
  const formId = useId();
  const act = useAct();
  const [localpart, setLocalpart] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState(newPassword);
  const [isAdmin, setAdmin] = useState(false);
  const isWrong = localpart !== "" && !LOCALPART.test(localpart);
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!LOCALPART.test(localpart)) return;
    const made = async (): Promise<void> => {
      const userId = await createPerson(api, serverName, { localpart, name: name.trim(), password, isAdmin });
      onClose();
      navigate(`/admin/people/${encodeURIComponent(userId)}`);
    };
    await act.run(made, t("admin.people.created"));
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("admin.people.create")}
      actions={
        <>
          <Button onClick={onClose}>{t("control.cancel")}</Button>
          <Button
            kind="primary"
            type="submit"
            form={formId}
            busy={act.isBusy}
            disabled={!localpart || isWrong}
          >
            {t("admin.people.createDo")}
          </Button>
        </>
      }
    >
      <form id={formId} className={styles.form} onSubmit={(event) => void create(event)}>
        <TextField
          label={t("admin.people.localpart")}
          value={localpart}
          onChange={setLocalpart}
          error={isWrong ? t("error.invalid_username") : undefined}
          hint={t("admin.people.localpartHint", localpart || "name", serverName)}
          autoCapitalize="off"
          autoComplete="off"
          spellCheck={false}
          required
        />
        <TextField label={t("admin.people.name")} value={name} onChange={setName} autoComplete="off" />
        <PasswordField value={password} onChange={setPassword} />
        <Switch
          label={t("admin.person.admin")}
          hint={t("admin.person.adminHint")}
          checked={isAdmin}
          onChange={setAdmin}
        />
      </form>
    </Dialog>
  );
}
