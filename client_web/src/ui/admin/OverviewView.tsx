import type { ReactNode } from "react";
import { Link } from "wouter";
import { listDestinations } from "../../matrix/admin/federation";
import type { Overview, Sample, Space } from "../../matrix/admin/overview";
import { isUnderWay, listWork } from "../../matrix/admin/work";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { Progress } from "../controls";
import { Card } from "./Card";
import { DestinationsTable } from "./DestinationsTable";
import { bytesMeasure, bytesText, type Measure, number, rateText } from "./format";
import { LoadedView } from "./LoadedView";
import styles from "./OverviewView.module.css";
import { Plot } from "./Plot";
import { WorkProgress } from "./WorkProgress";

const SERVERS_SHOWN = 5;
const WORK_SHOWN = 4;
const EVERY_MS = 10_000;

/** The server at a glance. */
export function OverviewView() {
  const { overview } = useAdmin();
  const isAnswering = overview.value !== undefined || overview.error === undefined;
  return (
    <>
      <LoadedView of={overview} rows={6}>
        {(value) => <FigureCards overview={value} />}
      </LoadedView>
      {isAnswering && (
        <div className={styles.halves}>
          <FederationCard />
          <WorkCard>{overview.value && <SpaceUsed space={overview.value.space} />}</WorkCard>
        </div>
      )}
    </>
  );
}

function FigureCards({ overview }: { readonly overview: Overview }) {
  const { history } = overview;
  const last = history.at(-1);
  if (last === undefined) return null;
  const delivered = [...history].reverse().find((sample) => sample.deliveryMs !== null)?.deliveryMs;
  return (
    <div className={styles.figures}>
      <FigureCard
        label={t("admin.figure.messages")}
        measure={{ value: rateText(last.messagesPerSecond), unit: t("admin.unit.perSecond") }}
        history={history.map((sample) => sample.messagesPerSecond)}
        tone="accent"
      />
      <FigureCard
        label={t("admin.figure.delivery")}
        measure={
          delivered == null
            ? { value: "–", unit: "" }
            : { value: number(delivered, delivered < 10 ? 1 : 0), unit: "ms" }
        }
        history={history.map((sample) => sample.deliveryMs)}
        tone="link"
      />
      <FigureCard
        label={t("admin.figure.online")}
        measure={{ value: number(last.online), unit: "" }}
        history={history.map((sample) => sample.online)}
        tone="mention"
      />
      <FigureCard
        label={t("admin.figure.memory")}
        measure={bytesMeasure(last.memoryBytes)}
        history={history.map((sample: Sample) => sample.memoryBytes)}
        tone="plain"
      />
    </div>
  );
}

interface FigureCardProps {
  readonly label: string;
  readonly measure: Measure;
  readonly history: readonly (number | null)[];
  readonly tone: "accent" | "link" | "mention" | "plain";
}

function FigureCard({ label, measure, history, tone }: FigureCardProps) {
  return (
    <section className={styles.figure} aria-label={label}>
      <span className={styles.label}>{label}</span>
      <span className={styles.measure}>
        <strong>{measure.value}</strong> <span>{measure.unit}</span>
      </span>
      <Plot label={t("admin.figure.plot", label)} values={history} tone={tone} />
    </section>
  );
}

function FederationCard() {
  const { api } = useAdmin();
  const loaded = useLoaded(() => listDestinations(api, "", false, 0, SERVERS_SHOWN), "overview", EVERY_MS);
  return (
    <Card
      title={t("admin.part.federation")}
      end={
        loaded.value &&
        loaded.value.total > SERVERS_SHOWN && (
          <Link href="/admin/federation" className={styles.more}>
            {t("admin.showAll", number(loaded.value.total))}
          </Link>
        )
      }
    >
      <LoadedView of={loaded}>
        {(page) =>
          page.items.length === 0 ? (
            <p className={styles.nothing}>
              {t(page.isEnabled ? "admin.federation.empty" : "admin.federation.off")}
            </p>
          ) : (
            <DestinationsTable destinations={page.items} onChanged={loaded.reload} />
          )
        }
      </LoadedView>
    </Card>
  );
}

function WorkCard({ children }: { readonly children: ReactNode }) {
  const { api } = useAdmin();
  const loaded = useLoaded(() => listWork(api), "overview", EVERY_MS);
  return (
    <Card
      title={
        <Link href="/admin/work" className={styles.quiet}>
          {t("admin.part.work")}
        </Link>
      }
    >
      <LoadedView of={loaded} rows={2}>
        {(all) => {
          const active = all.filter(isUnderWay).slice(0, WORK_SHOWN);
          if (active.length === 0) return <p className={styles.nothing}>{t("admin.work.empty")}</p>;
          return active.map((work) => <WorkProgress key={work.key} work={work} />);
        }}
      </LoadedView>
      {children}
    </Card>
  );
}

function SpaceUsed({ space }: { readonly space: Space }) {
  const share = (bytes: number): number | null =>
    space.diskBytes === null ? null : Math.min(1, bytes / space.diskBytes);
  return (
    <section className={styles.space}>
      <h2 className={styles.subtitle}>{t("admin.space.title")}</h2>
      <SpaceLine
        label={t("admin.space.database")}
        bytes={space.databaseBytes}
        share={share(space.databaseBytes)}
      />
      <SpaceLine label={t("admin.space.media")} bytes={space.mediaBytes} share={share(space.mediaBytes)} />
      {space.diskBytes !== null && space.diskFreeBytes !== null && (
        <p className={styles.nothing}>
          {t("admin.space.free", bytesText(space.diskFreeBytes), bytesText(space.diskBytes))}
        </p>
      )}
    </section>
  );
}

interface SpaceLineProps {
  readonly label: string;
  readonly bytes: number;
  readonly share: number | null;
}

function SpaceLine({ label, bytes, share }: SpaceLineProps) {
  if (share === null) {
    return (
      <p className={styles.spaceLine}>
        <span>{label}</span>
        <span>{bytesText(bytes)}</span>
      </p>
    );
  }
  return <Progress label={label} value={share} note={bytesText(bytes)} />;
}
