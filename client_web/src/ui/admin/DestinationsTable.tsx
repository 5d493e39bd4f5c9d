import {
  checkServer,
  type Destination,
  retryNow,
  type ServerStep,
  stateOf,
} from "../../matrix/admin/federation";
import { useAdmin } from "../../state/admin/AdminContext";
import { t } from "../../words";
import { Button, classNames, showToast, Tooltip } from "../controls";
import { type Column, DataTable } from "./DataTable";
import styles from "./DestinationsTable.module.css";
import { number, sinceText, spanText, untilText } from "./format";
import { useAct } from "./useAct";

interface DestinationsTableProps {
  readonly destinations: readonly Destination[];
  readonly onChanged: () => Promise<void>;
}

/** Other servers and how they do. */
export function DestinationsTable({ destinations, onChanged }: DestinationsTableProps) {
  const columns: readonly Column<Destination>[] = [
    { key: "server", label: t("admin.federation.server"), render: (row) => <ServerName destination={row} /> },
    {
      key: "trip",
      label: t("admin.federation.roundTrip"),
      isMinor: true,
      render: (row) =>
        row.roundTripMs === null || row.failingSinceMs !== null ? "–" : spanText(row.roundTripMs),
    },
    {
      key: "waiting",
      label: t("admin.federation.waiting"),
      isMinor: true,
      render: (row) => (row.waiting === null ? "–" : number(row.waiting)),
    },
    { key: "contact", label: t("admin.federation.lastContact"), isWide: true, render: contactOf },
    {
      key: "retry",
      label: t("admin.federation.retryNow"),
      labelHidden: true,
      atEnd: true,
      render: (row) => row.failingSinceMs !== null && <Retry destination={row} onChanged={onChanged} />,
    },
  ];
  return (
    <DataTable
      label={t("admin.part.federation")}
      rows={destinations}
      columns={columns}
      keyOf={(row) => row.server}
    />
  );
}

function ServerName({ destination }: { readonly destination: Destination }) {
  const state = stateOf(destination);
  return (
    <span className={styles.server}>
      <span className={classNames(styles.dot, styles[state])} aria-hidden="true" />
      <span className={styles.words}>
        {destination.server}
        <span className={state === "well" ? "visually-hidden" : styles.note}>
          {state === "failing" && destination.failure
            ? destination.failure
            : t(`admin.federation.state.${state}`)}
        </span>
        <span className={styles.contact}>{contactOf(destination)}</span>
      </span>
    </span>
  );
}

function contactOf(destination: Destination): string {
  if (destination.failingSinceMs === null) return sinceText(destination.lastAnswerMs);
  const retryAtMs = destination.retryAtMs ?? 0;
  if (destination.isRetryAsked) return t("admin.federation.retrying");
  if (retryAtMs <= Date.now()) return t("admin.federation.retryDue");
  return t("admin.federation.retryIn", untilText(retryAtMs));
}

interface RetryProps {
  readonly destination: Destination;
  readonly onChanged: () => Promise<void>;
}

function Retry({ destination, onChanged }: RetryProps) {
  const { api } = useAdmin();
  const act = useAct();
  const retry = async (): Promise<void> => {
    await act.run(async () => {
      await retryNow(api, destination.server);
      // Where nothing waits for it nothing would be sent, and nobody would know whether it is there again.
      tell(destination.server, await checkServer(api, destination.server));
    });
    await onChanged();
  };
  const since = t("admin.federation.failingSince", sinceText(destination.failingSinceMs));
  return (
    <Tooltip text={since}>
      <Button
        kind="quiet"
        className={styles.retry}
        busy={act.isBusy}
        disabled={destination.isRetryAsked}
        aria-label={t("admin.federation.retryServer", destination.server)}
        onClick={() => void retry()}
      >
        {t("admin.federation.retryNow")}
      </Button>
    </Tooltip>
  );
}

function tell(server: string, steps: readonly ServerStep[]): void {
  const failing = steps.find((step) => step.works === false);
  if (failing === undefined) showToast(t("admin.federation.reached", server), { kind: "success" });
  else showToast(t("admin.federation.stillAway", server, failing.words), { kind: "error" });
}
