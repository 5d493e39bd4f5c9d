import { useEffect } from "react";
import { Link } from "wouter";
import { listRoomsOf, loadPerson, type Person } from "../../matrix/admin/people";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { Card } from "./Card";
import form from "./Form.module.css";
import { fullDate, sinceText } from "./format";
import { LoadedView } from "./LoadedView";
import { PersonActs } from "./PersonActs";
import { PersonDevices } from "./PersonDevices";
import { PersonTags } from "./PersonTags";
import { WayBack } from "./WayBack";

interface PersonViewProps {
  readonly userId: string;
  /** Told the name of the person once it is known. */
  readonly onName: (name: string) => void;
}

/** One person of this server: what is known, and what can be done. */
export function PersonView({ userId, onName }: PersonViewProps) {
  const { api } = useAdmin();
  const loaded = useLoaded(() => loadPerson(api, userId), userId);
  const name = loaded.value?.name;
  useEffect(() => {
    if (name !== undefined) onName(name);
  }, [name, onName]);
  return (
    <>
      <WayBack href="/admin/people" label={t("admin.part.people")} />
      <LoadedView of={loaded} rows={8}>
        {(person) => (
          <>
            <Facts person={person} />
            <div className={form.halves}>
              <PersonActs person={person} onChanged={loaded.reload} />
              <PersonDevices userId={userId} />
            </div>
            <RoomsOfPerson userId={userId} />
          </>
        )}
      </LoadedView>
    </>
  );
}

function Facts({ person }: { readonly person: Person }) {
  return (
    <Card title={t("control.details")} end={<PersonTags person={person} />}>
      <dl className={form.facts}>
        <dt>{t("admin.id")}</dt>
        <dd>{person.userId}</dd>
        <dt>{t("admin.people.since")}</dt>
        <dd>{person.createdMs > 0 ? fullDate(person.createdMs) : "–"}</dd>
        <dt>{t("admin.people.lastSeen")}</dt>
        <dd>{sinceText(person.lastSeenMs)}</dd>
        {person.emails.length > 0 && (
          <>
            <dt>{t("admin.person.emails")}</dt>
            <dd>{person.emails.join(", ")}</dd>
          </>
        )}
      </dl>
    </Card>
  );
}

function RoomsOfPerson({ userId }: { readonly userId: string }) {
  const { api } = useAdmin();
  const loaded = useLoaded(() => listRoomsOf(api, userId), userId);
  return (
    <Card title={t("admin.part.rooms")}>
      <LoadedView of={loaded} rows={2}>
        {(rooms) =>
          rooms.length === 0 ? (
            <p className={form.note}>{t("admin.person.noRooms")}</p>
          ) : (
            <ul className={form.form}>
              {rooms.map((room) => (
                <li key={room.id}>
                  <Link href={`/admin/rooms/${encodeURIComponent(room.id)}`}>{room.name}</Link>
                </li>
              ))}
            </ul>
          )
        }
      </LoadedView>
    </Card>
  );
}
