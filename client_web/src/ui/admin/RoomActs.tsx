import { useState } from "react";
import { type AdminRoom, isBlocked, makeRoomAdmin, setBlocked } from "../../matrix/admin/rooms";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { Button, confirm, Switch } from "../controls";
import { Card } from "./Card";
import form from "./Form.module.css";
import { PurgeDialog } from "./PurgeDialog";
import { ShutDownDialog } from "./ShutDownDialog";
import { useAct } from "./useAct";

/** What can be done about a room. */
export function RoomActs({ room }: { readonly room: AdminRoom }) {
  const { api } = useAdmin();
  const act = useAct();
  const [open, setOpen] = useState<"shutDown" | "purge" | null>(null);
  const blocked = useLoaded(() => isBlocked(api, room.id), room.id);
  const block = async (checked: boolean): Promise<void> => {
    if (await act.run(() => setBlocked(api, room.id, checked), t("admin.saved"))) await blocked.reload();
  };
  const takeOver = async (): Promise<void> => {
    const question = {
      title: t("admin.room.takeOverTitle", room.name),
      text: t("admin.room.takeOverText"),
      action: t("admin.room.takeOver"),
    };
    if (!(await confirm(question))) return;
    await act.run(() => makeRoomAdmin(api, room.id, api.session.userId), t("admin.room.tookOver"));
  };
  return (
    <Card title={t("admin.room.acts")}>
      <Switch
        label={t("admin.room.blocked")}
        hint={t("admin.room.blockedHint")}
        checked={blocked.value ?? false}
        disabled={blocked.value === undefined || act.isBusy}
        onChange={(checked) => void block(checked)}
      />
      <div className={form.row}>
        <Button icon="crown" busy={act.isBusy} onClick={() => void takeOver()}>
          {t("admin.room.takeOver")}
        </Button>
        <Button icon="history" onClick={() => setOpen("purge")}>
          {t("admin.room.purge")}
        </Button>
        <Button kind="danger" icon="ban" onClick={() => setOpen("shutDown")}>
          {t("admin.room.shutDown")}
        </Button>
      </div>
      <PurgeDialog room={room} open={open === "purge"} onClose={() => setOpen(null)} />
      <ShutDownDialog room={room} open={open === "shutDown"} onClose={() => setOpen(null)} />
    </Card>
  );
}
