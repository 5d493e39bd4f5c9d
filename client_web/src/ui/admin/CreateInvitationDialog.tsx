import { type FormEvent, useId, useState } from "react";
import { createInvitation, type Invitation } from "../../matrix/admin/invitations";
import { useAdmin } from "../../state/admin/AdminContext";
import { t } from "../../words";
import { Button, Dialog, Select } from "../controls";
import form from "./Form.module.css";
import { useAct } from "./useAct";

interface CreateInvitationDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onCreated: (invitation: Invitation) => void;
}

const DAY_MS = 86_400_000;
/** 0 stands for no bound. */
const USES = [1, 5, 10, 50, 0];
const DAYS = [1, 7, 30, 0];

/** Make a link that lets people make an account. */
export function CreateInvitationDialog({ open, onClose, onCreated }: CreateInvitationDialogProps) {
  const { api } = useAdmin();
  const formId = useId();
  const act = useAct();
  const [uses, setUses] = useState(1);
  const [days, setDays] = useState(7);
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    await act.run(async () => {
      const expiresMs = days === 0 ? null : Date.now() + days * DAY_MS;
      onCreated(await createInvitation(api, uses === 0 ? null : uses, expiresMs));
    });
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("admin.invitations.create")}
      description={t("admin.invitations.createText")}
      actions={
        <>
          <Button onClick={onClose}>{t("control.cancel")}</Button>
          <Button kind="primary" type="submit" form={formId} busy={act.isBusy}>
            {t("admin.invitations.createDo")}
          </Button>
        </>
      }
    >
      <form id={formId} className={form.form} onSubmit={(event) => void create(event)}>
        <Select
          label={t("admin.invitations.forHowMany")}
          value={uses}
          onChange={setUses}
          options={USES.map((value) => ({
            value,
            label:
              value === 0 ? t("admin.invitations.unlimited") : t("admin.invitations.people", { n: value }),
          }))}
        />
        <Select
          label={t("admin.invitations.forHowLong")}
          value={days}
          onChange={setDays}
          options={DAYS.map((value) => ({
            value,
            label: value === 0 ? t("admin.invitations.forEver") : t("admin.span.days", { n: value }),
          }))}
        />
      </form>
    </Dialog>
  );
}
