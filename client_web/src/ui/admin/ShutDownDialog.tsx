import { type FormEvent, useId, useState } from "react";
import { useLocation } from "wouter";
import { type AdminRoom, shutDown } from "../../matrix/admin/rooms";
import { useAdmin } from "../../state/admin/AdminContext";
import { t } from "../../words";
import { Button, Dialog, Switch, TextArea } from "../controls";
import form from "./Form.module.css";
import { useAct } from "./useAct";

interface ShutDownDialogProps {
  readonly room: AdminRoom;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Close a room for the people of this server. */
export function ShutDownDialog({ room, open, onClose }: ShutDownDialogProps) {
  const { api } = useAdmin();
  const [, navigate] = useLocation();
  const formId = useId();
  const act = useAct();
  const [message, setMessage] = useState("");
  const [block, setBlock] = useState(true);
  const [purge, setPurge] = useState(true);
  const close = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const how = { message: message.trim(), block, purge };
    if (!(await act.run(() => shutDown(api, room.id, how), t("admin.begun")))) return;
    onClose();
    navigate("/admin/work");
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("admin.room.shutDownTitle", room.name)}
      description={t("admin.room.shutDownText")}
      actions={
        <>
          <Button onClick={onClose}>{t("control.cancel")}</Button>
          <Button kind="danger" type="submit" form={formId} busy={act.isBusy}>
            {t("admin.room.shutDown")}
          </Button>
        </>
      }
    >
      <form id={formId} className={form.form} onSubmit={(event) => void close(event)}>
        <TextArea
          label={t("admin.room.message")}
          hint={t("admin.room.messageHint")}
          value={message}
          onChange={setMessage}
          maxLength={1_000}
        />
        <Switch
          label={t("admin.room.purgeAll")}
          hint={t("admin.room.purgeAllHint")}
          checked={purge}
          onChange={setPurge}
        />
        <Switch
          label={t("admin.room.blocked")}
          hint={t("admin.room.blockedHint")}
          checked={block}
          onChange={setBlock}
        />
      </form>
    </Dialog>
  );
}
