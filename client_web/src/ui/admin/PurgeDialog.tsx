import { type FormEvent, useId, useState } from "react";
import { useLocation } from "wouter";
import { type AdminRoom, purgeHistory } from "../../matrix/admin/rooms";
import { useAdmin } from "../../state/admin/AdminContext";
import { t } from "../../words";
import { Button, Dialog, Switch, TextField } from "../controls";
import form from "./Form.module.css";
import { useAct } from "./useAct";

interface PurgeDialogProps {
  readonly room: AdminRoom;
  readonly open: boolean;
  readonly onClose: () => void;
}

const MONTH_MS = 30 * 86_400_000;

/** Delete a room's old messages from this server. */
export function PurgeDialog({ room, open, onClose }: PurgeDialogProps) {
  const { api } = useAdmin();
  const [, navigate] = useLocation();
  const formId = useId();
  const act = useAct();
  const [day, setDay] = useState(() => new Date(Date.now() - MONTH_MS).toISOString().slice(0, 10));
  const [ownToo, setOwnToo] = useState(false);
  const beforeMs = Date.parse(`${day}T00:00:00`);
  const purge = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (Number.isNaN(beforeMs)) return;
    if (!(await act.run(() => purgeHistory(api, room.id, beforeMs, ownToo), t("admin.begun")))) return;
    onClose();
    navigate("/admin/work");
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("admin.room.purge")}
      description={t("admin.room.purgeText")}
      actions={
        <>
          <Button onClick={onClose}>{t("control.cancel")}</Button>
          <Button
            kind="danger"
            type="submit"
            form={formId}
            busy={act.isBusy}
            disabled={Number.isNaN(beforeMs)}
          >
            {t("admin.room.purgeDo")}
          </Button>
        </>
      }
    >
      <form id={formId} className={form.form} onSubmit={(event) => void purge(event)}>
        <TextField label={t("admin.room.purgeBefore")} type="date" value={day} onChange={setDay} required />
        <Switch
          label={t("admin.room.purgeOwn")}
          hint={t("admin.room.purgeOwnHint")}
          checked={ownToo}
          onChange={setOwnToo}
        />
      </form>
    </Dialog>
  );
}
