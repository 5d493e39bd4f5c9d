import { useDeferredValue, useState } from "react";
import { listPeople, type PeopleFilter, type Person } from "../../matrix/admin/people";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t, type WordId } from "../../words";
import { Avatar, Button, EmptyState, Select, TextField } from "../controls";
import { Card } from "./Card";
import { CreatePersonDialog } from "./CreatePersonDialog";
import { type Column, DataTable } from "./DataTable";
import { dayText, sinceText } from "./format";
import { LoadedView } from "./LoadedView";
import { Pager } from "./Pager";
import styles from "./PeopleView.module.css";
import { PersonTags } from "./PersonTags";
import toolbar from "./Toolbar.module.css";

const FILTERS: readonly PeopleFilter[] = ["all", "admins", "locked", "deactivated"];

/** The people of this server. */
export function PeopleView() {
  const { api } = useAdmin();
  const [term, setTerm] = useState("");
  const [filter, setFilter] = useState<PeopleFilter>("all");
  const [from, setFrom] = useState(0);
  const [isCreating, setCreating] = useState(false);
  const wanted = useDeferredValue(term.trim());
  const loaded = useLoaded(
    () => listPeople(api, wanted, filter, from),
    JSON.stringify([wanted, filter, from]),
  );
  const restart = (change: () => void): void => {
    change();
    setFrom(0);
  };
  return (
    <Card>
      <div className={toolbar.bar}>
        <TextField
          label={t("admin.people.search")}
          labelHidden
          icon="search"
          placeholder={t("admin.people.search")}
          value={term}
          onChange={(text) => restart(() => setTerm(text))}
          className={toolbar.grow}
        />
        <Select
          label={t("admin.people.show")}
          labelHidden
          value={filter}
          onChange={(chosen) => restart(() => setFilter(chosen))}
          options={FILTERS.map((value) => ({
            value,
            label: t(`admin.people.filter.${value}` as WordId),
          }))}
        />
        <Button kind="primary" icon="user-plus" onClick={() => setCreating(true)}>
          {t("admin.people.create")}
        </Button>
      </div>
      <LoadedView of={loaded} rows={8}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState icon="users" title={t("admin.people.empty")} text={t("admin.people.emptyText")} />
          ) : (
            <>
              <DataTable
                label={t("admin.part.people")}
                rows={page.items}
                columns={columns()}
                keyOf={(person) => person.userId}
                hrefOf={(person) => `/admin/people/${encodeURIComponent(person.userId)}`}
              />
              <Pager from={from} shown={page.items.length} total={page.total} onChange={setFrom} />
            </>
          )
        }
      </LoadedView>
      <CreatePersonDialog open={isCreating} onClose={() => setCreating(false)} />
    </Card>
  );
}

function PersonCell({ person }: { readonly person: Person }) {
  return (
    <span className={styles.person}>
      <Avatar id={person.userId} name={person.name} />
      <span className={styles.words}>
        <span className={styles.name}>{person.name}</span>
        <span className={styles.id}>{person.userId}</span>
      </span>
    </span>
  );
}

function columns(): readonly Column<Person>[] {
  return [
    { key: "person", label: t("admin.people.person"), render: (person) => <PersonCell person={person} /> },
    { key: "tags", label: t("admin.people.standing"), render: (person) => <PersonTags person={person} /> },
    {
      key: "created",
      label: t("admin.people.since"),
      isMinor: true,
      render: (person) => (person.createdMs > 0 ? dayText(person.createdMs) : "–"),
    },
    {
      key: "seen",
      label: t("admin.people.lastSeen"),
      atEnd: true,
      render: (person) => sinceText(person.lastSeenMs),
    },
  ];
}
