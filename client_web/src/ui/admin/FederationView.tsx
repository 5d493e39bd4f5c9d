import { useDeferredValue, useState } from "react";
import { listDestinations } from "../../matrix/admin/federation";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { EmptyState, Switch, TextField } from "../controls";
import { Card } from "./Card";
import { DestinationsTable } from "./DestinationsTable";
import { LoadedView } from "./LoadedView";
import { Pager } from "./Pager";
import { ServerCheck } from "./ServerCheck";
import styles from "./Toolbar.module.css";

const EVERY_MS = 10_000;

/** The other servers, those that fail first; and looking into one. */
export function FederationView() {
  const { api } = useAdmin();
  const [term, setTerm] = useState("");
  const [onlyTroubled, setOnlyTroubled] = useState(false);
  const [from, setFrom] = useState(0);
  const wanted = useDeferredValue(term.trim());
  const loaded = useLoaded(
    () => listDestinations(api, wanted, onlyTroubled, from),
    JSON.stringify([wanted, onlyTroubled, from]),
    EVERY_MS,
  );
  const search = (text: string): void => {
    setTerm(text);
    setFrom(0);
  };
  return (
    <>
      <ServerCheck />
      <Card title={t("admin.federation.servers")}>
        <div className={styles.bar}>
          <TextField
            label={t("admin.federation.search")}
            labelHidden
            icon="search"
            placeholder={t("admin.federation.search")}
            value={term}
            onChange={search}
            className={styles.grow}
          />
          <Switch
            label={t("admin.federation.onlyTroubled")}
            checked={onlyTroubled}
            onChange={(checked) => {
              setOnlyTroubled(checked);
              setFrom(0);
            }}
          />
        </div>
        <LoadedView of={loaded} rows={6}>
          {(page) =>
            page.items.length === 0 ? (
              <EmptyState icon="globe" title={emptyTitle(page.isEnabled, wanted, onlyTroubled)} />
            ) : (
              <>
                <DestinationsTable destinations={page.items} onChanged={loaded.reload} />
                <Pager from={from} shown={page.items.length} total={page.total} onChange={setFrom} />
              </>
            )
          }
        </LoadedView>
      </Card>
    </>
  );
}

function emptyTitle(isEnabled: boolean, term: string, onlyTroubled: boolean): string {
  if (!isEnabled) return t("admin.federation.off");
  if (term) return t("admin.federation.noMatch");
  return t(onlyTroubled ? "admin.federation.noTrouble" : "admin.federation.empty");
}
