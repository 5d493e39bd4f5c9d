import { useState } from "react";
import { purgeRemoteMedia, runRetention } from "../../matrix/admin/media";
import { useAdmin } from "../../state/admin/AdminContext";
import { t } from "../../words";
import { Button, confirm, Select, showToast } from "../controls";
import { Card } from "./Card";
import form from "./Form.module.css";
import { number } from "./format";
import toolbar from "./Toolbar.module.css";
import { useAct } from "./useAct";

const DAY_MS = 86_400_000;
const DAYS = [7, 30, 90, 365];

/** Make room: what has had its time, and copies that can be had again. */
export function MediaCleaning({ onChanged }: { readonly onChanged: () => Promise<void> }) {
  const { api } = useAdmin();
  const act = useAct();
  const [days, setDays] = useState(30);
  const run = async (): Promise<void> => {
    await act.run(async () => {
      const isNew = await runRetention(api);
      showToast(t(isNew ? "admin.begun" : "admin.media.retentionRuns"));
    });
    await onChanged();
  };
  const purge = async (): Promise<void> => {
    const question = {
      title: t("admin.media.purgeTitle"),
      text: t("admin.media.purgeText", { n: days }),
      action: t("admin.media.purgeDo"),
      danger: true,
    };
    if (!(await confirm(question))) return;
    await act.run(async () => {
      const deleted = await purgeRemoteMedia(api, Date.now() - days * DAY_MS);
      showToast(t("admin.media.purged", number(deleted)), { kind: "success" });
    });
    await onChanged();
  };
  return (
    <Card title={t("admin.media.cleaning")}>
      <p className={form.note}>{t("admin.media.retentionHint")}</p>
      <div className={form.row}>
        <Button icon="clock" busy={act.isBusy} onClick={() => void run()}>
          {t("admin.media.retentionRun")}
        </Button>
      </div>
      <p className={form.note}>{t("admin.media.purgeHint")}</p>
      <div className={toolbar.bar}>
        <Select
          label={t("admin.media.purgeAfter")}
          labelHidden
          value={days}
          onChange={setDays}
          options={DAYS.map((value) => ({ value, label: t("admin.media.notAskedFor", { n: value }) }))}
        />
        <Button icon="trash-2" busy={act.isBusy} onClick={() => void purge()}>
          {t("admin.media.purge")}
        </Button>
      </div>
    </Card>
  );
}
