import { loadReportedText, type Report, settleReport } from "../../matrix/admin/reports";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { Button } from "../controls";
import { ButtonLink } from "./ButtonLink";
import { Card } from "./Card";
import form from "./Form.module.css";
import { sinceText } from "./format";
import { LoadedView } from "./LoadedView";
import styles from "./ReportsView.module.css";
import { useAct } from "./useAct";

interface ReportCardProps {
  readonly report: Report;
  readonly onSettled: () => Promise<void>;
}

/** One report: who says what about whom, and what to do. */
export function ReportCard({ report, onSettled }: ReportCardProps) {
  const { api, serverName } = useAdmin();
  const act = useAct();
  const settle = async (): Promise<void> => {
    if (await act.run(() => settleReport(api, report), t("admin.reports.settled"))) await onSettled();
  };
  const isOurs = report.about.endsWith(`:${serverName}`);
  return (
    <Card title={subjectOf(report)} end={<span className={styles.meta}>{sinceText(report.receivedMs)}</span>}>
      {report.kind === "event" && <ReportedText report={report} />}
      <p className={styles.reason}>{report.reason || t("admin.reports.noReason")}</p>
      <p className={styles.meta}>{t("admin.reports.by", report.reporter)}</p>
      <div className={form.row}>
        <Button icon="check" busy={act.isBusy} onClick={() => void settle()}>
          {t("admin.reports.settle")}
        </Button>
        {report.about && isOurs && (
          <ButtonLink href={`/admin/people/${encodeURIComponent(report.about)}`}>
            {t("admin.reports.toPerson")}
          </ButtonLink>
        )}
        {report.roomId && (
          <ButtonLink href={`/admin/rooms/${encodeURIComponent(report.roomId)}`}>
            {t("admin.reports.toRoom")}
          </ButtonLink>
        )}
      </div>
    </Card>
  );
}

function ReportedText({ report }: { readonly report: Report }) {
  const { api } = useAdmin();
  const loaded = useLoaded(() => loadReportedText(api, report), String(report.id));
  return (
    <LoadedView of={loaded} rows={1}>
      {(text) => <blockquote className={styles.quote}>{text ?? t("admin.reports.unreadable")}</blockquote>}
    </LoadedView>
  );
}

function subjectOf(report: Report): string {
  if (report.kind === "user") return report.about;
  if (report.kind === "room") return report.roomName;
  return t("admin.reports.inRoom", report.about || t("admin.reports.somebody"), report.roomName);
}
