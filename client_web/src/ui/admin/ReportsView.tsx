import { useState } from "react";
import { listReports, type ReportKind } from "../../matrix/admin/reports";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t, type WordId } from "../../words";
import { EmptyState, Tabs } from "../controls";
import { LoadedView } from "./LoadedView";
import { Pager } from "./Pager";
import { ReportCard } from "./ReportCard";
import styles from "./ReportsView.module.css";

const KINDS: readonly ReportKind[] = ["event", "user", "room"];

/** What people have reported. */
export function ReportsView() {
  const [kind, setKind] = useState<ReportKind>("event");
  return (
    <Tabs
      label={t("admin.part.reports")}
      value={kind}
      onChange={setKind}
      tabs={KINDS.map((value) => ({
        value,
        label: t(`admin.reports.kind.${value}` as WordId),
        content: <ReportList kind={value} />,
      }))}
    />
  );
}

function ReportList({ kind }: { readonly kind: ReportKind }) {
  const { api } = useAdmin();
  const [from, setFrom] = useState(0);
  const loaded = useLoaded(() => listReports(api, kind, from), `${kind} ${from}`);
  return (
    <div className={styles.list}>
      <LoadedView of={loaded} rows={4}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState
              icon="circle-check"
              title={t("admin.reports.empty")}
              text={t("admin.reports.emptyText")}
            />
          ) : (
            <>
              {page.items.map((report) => (
                <ReportCard key={report.id} report={report} onSettled={loaded.reload} />
              ))}
              <Pager from={from} shown={page.items.length} total={page.total} onChange={setFrom} />
            </>
          )
        }
      </LoadedView>
    </div>
  );
}
