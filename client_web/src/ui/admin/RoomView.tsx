import { Link } from "wouter";
import { type AdminRoom, listMembers, loadRoom } from "../../matrix/admin/rooms";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { Card } from "./Card";
import form from "./Form.module.css";
import { number } from "./format";
import { LoadedView } from "./LoadedView";
import { RoomActs } from "./RoomActs";
import { RoomState } from "./RoomState";
import { RoomTags } from "./RoomsView";
import styles from "./RoomView.module.css";
import { WayBack } from "./WayBack";

const MEMBERS_SHOWN = 200;

/** One room: what is known, and what can be done. */
export function RoomView({ roomId }: { readonly roomId: string }) {
  const { api } = useAdmin();
  const loaded = useLoaded(() => loadRoom(api, roomId), roomId);
  return (
    <>
      <WayBack href="/admin/rooms" label={t("admin.part.rooms")} />
      <LoadedView of={loaded} rows={8}>
        {(room) => (
          <>
            <div className={form.halves}>
              <Facts room={room} />
              <RoomActs room={room} />
            </div>
            <Members room={room} />
            <RoomState roomId={roomId} />
          </>
        )}
      </LoadedView>
    </>
  );
}

function Facts({ room }: { readonly room: AdminRoom }) {
  const facts: readonly (readonly [string, string])[] = [
    [t("admin.room.address"), room.alias || "–"],
    [t("admin.rooms.members"), t("admin.room.membersOurs", number(room.members), number(room.localMembers))],
    [t("admin.room.creator"), room.creator || "–"],
    [t("admin.room.version"), room.version],
    [t("admin.room.joinRule"), room.joinRule || "–"],
    [t("admin.room.history"), room.historyVisibility || "–"],
    [t("admin.room.stateEvents"), number(room.stateEvents)],
  ];
  return (
    <Card title={room.name} end={<RoomTags room={room} />}>
      {room.topic && <p className={form.note}>{room.topic}</p>}
      <dl className={form.facts}>
        {facts.map(([label, value]) => (
          <div key={label} className={styles.fact}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Members({ room }: { readonly room: AdminRoom }) {
  const { api, serverName } = useAdmin();
  const loaded = useLoaded(() => listMembers(api, room.id), room.id);
  return (
    <Card title={t("admin.rooms.members")}>
      <LoadedView of={loaded} rows={3}>
        {(members) => (
          <>
            {members.length === 0 && <p className={form.note}>{t("admin.room.nobody")}</p>}
            <ul className={styles.members}>
              {members.slice(0, MEMBERS_SHOWN).map((member) => (
                <li key={member}>
                  {member.endsWith(`:${serverName}`) ? (
                    <Link href={`/admin/people/${encodeURIComponent(member)}`}>{member}</Link>
                  ) : (
                    member
                  )}
                </li>
              ))}
            </ul>
            {members.length > MEMBERS_SHOWN && (
              <p className={form.note}>{t("admin.room.more", number(members.length - MEMBERS_SHOWN))}</p>
            )}
          </>
        )}
      </LoadedView>
    </Card>
  );
}
