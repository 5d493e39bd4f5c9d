import { listMediaUse, type MediaUse } from "../../matrix/admin/media";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { Card } from "./Card";
import { type Column, DataTable } from "./DataTable";
import form from "./Form.module.css";
import { bytesText, number } from "./format";
import { LoadedView } from "./LoadedView";

/** Who has uploaded most. */
export function MediaUsers() {
  const { api } = useAdmin();
  const loaded = useLoaded(() => listMediaUse(api), "users");
  return (
    <Card title={t("admin.media.users")}>
      <LoadedView of={loaded} rows={4}>
        {(users) =>
          users.length === 0 ? (
            <p className={form.note}>{t("admin.media.empty")}</p>
          ) : (
            <DataTable
              label={t("admin.media.users")}
              rows={users}
              columns={columns()}
              keyOf={(use) => use.userId}
              hrefOf={(use) => `/admin/people/${encodeURIComponent(use.userId)}`}
            />
          )
        }
      </LoadedView>
    </Card>
  );
}

function columns(): readonly Column<MediaUse>[] {
  return [
    { key: "person", label: t("admin.people.person"), render: (use) => use.name },
    { key: "files", label: t("admin.media.files"), atEnd: true, render: (use) => number(use.files) },
    { key: "size", label: t("admin.media.size"), atEnd: true, render: (use) => bytesText(use.bytes) },
  ];
}
