import { useEffect } from "react";
import { Link } from "wouter";
import { type AdminRoom, listMembers, loadRoom } from "../../matrix/admin/rooms";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t, type WordId } from "../../words";
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
const JOIN_RULES = ["invite", "restricted", "knock", "knock_restricted", "public"];
const HISTORY: Readonly<Record<string, WordId>> = {
  world_readable: "dialogs.access_history_world",
  shared: "dialogs.access_history_shared",
  invited: "dialogs.access_history_invited",
  joined: "dialogs.access_history_joined",
};

interface RoomViewProps {
  readonly roomId: string;
  /** Told the name of the room once it is known. */
  readonly onName: (name: string) => void;
}

/** One room: what is known, and what can be done. */
export function RoomView({ roomId, onName }: RoomViewProps) {
  const { api } = useAdmin();
  const loaded = useLoaded(() => loadRoom(api, roomId), roomId);
  const name = loaded.value?.name;
  useEffect(() => {
    if (name !== undefined) onName(name);
  }, [name, onName]);
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
    [t("admin.id"), room.id],
    [t("admin.room.address"), room.alias || "–"],
    [t("admin.rooms.members"), t("admin.room.membersOurs", number(room.members), number(room.localMembers))],
    [t("admin.room.creator"), room.creator || "–"],
    [t("admin.room.version"), room.version],
    [t("dialogs.access_join"), joinRuleText(room.joinRule)],
    [t("dialogs.access_history"), historyText(room.historyVisibility)],
    [t("admin.room.stateEvents"), number(room.stateEvents)],
  ];
  return (
    <Card title={t("control.details")} end={<RoomTags room={room} />}>
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

function joinRuleText(rule: string): string {
  if (JOIN_RULES.includes(rule)) return t(`dialogs.access_${rule}` as WordId);
  return rule ? t("dialogs.access_unknown", rule) : t("dialogs.access_invite");
}

function historyText(visibility: string): string {
  return t(HISTORY[visibility] ?? "dialogs.access_history_shared");
}
