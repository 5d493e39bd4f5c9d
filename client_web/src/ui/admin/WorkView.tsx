import { isUnderWay, listWork, type Work } from "../../matrix/admin/work";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { EmptyState } from "../controls";
import { Card } from "./Card";
import { type Column, DataTable } from "./DataTable";
import { number, sinceText } from "./format";
import { LoadedView } from "./LoadedView";
import { Tag } from "./Tag";
import { WorkProgress, workTitle } from "./WorkProgress";

const EVERY_MS = 3_000;

/** What goes on in the background, and what became of it. */
export function WorkView() {
  const { api } = useAdmin();
  const loaded = useLoaded(() => listWork(api), "work", EVERY_MS);
  return (
    <LoadedView of={loaded} rows={5}>
      {(all) => {
        const [active, ended] = [all.filter(isUnderWay), all.filter((work) => !isUnderWay(work))];
        if (all.length === 0) {
          return (
            <EmptyState icon="circle-check" title={t("admin.work.empty")} text={t("admin.work.emptyText")} />
          );
        }
        return (
          <>
            <Card title={t("admin.work.underWay")}>
              {active.length === 0 && <p>{t("admin.work.empty")}</p>}
              {active.map((work) => (
                <WorkProgress key={work.key} work={work} />
              ))}
            </Card>
            {ended.length > 0 && <EndedWork ended={ended} />}
          </>
        );
      }}
    </LoadedView>
  );
}

function EndedWork({ ended }: { readonly ended: readonly Work[] }) {
  const columns: readonly Column<Work>[] = [
    {
      key: "what",
      label: t("admin.work.what"),
      render: (work) => (
        <>
          {workTitle(work)}
          {work.error && <div>{work.error}</div>}
        </>
      ),
    },
    {
      key: "outcome",
      label: t("admin.work.outcome"),
      render: (work) => (
        <Tag kind={work.status === "complete" ? "accent" : "danger"}>
          {t(work.status === "complete" ? "admin.work.done" : "admin.work.failed")}
        </Tag>
      ),
    },
    {
      key: "count",
      label: t("admin.work.count"),
      isMinor: true,
      atEnd: true,
      render: (work) => number(work.done),
    },
    {
      key: "when",
      label: t("admin.work.when"),
      atEnd: true,
      render: (work) => sinceText(work.finishedMs ?? work.createdMs),
    },
  ];
  return (
    <Card title={t("admin.work.ended")}>
      <DataTable label={t("admin.work.ended")} rows={ended} columns={columns} keyOf={(work) => work.key} />
    </Card>
  );
}
