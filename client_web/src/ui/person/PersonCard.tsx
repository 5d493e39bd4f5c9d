import { useLocation } from "wouter";
import { useChat } from "../../state/ChatContext";
import { useLoaded } from "../../state/useLoaded";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Group } from "../account/Group";
import { Button, IconButton, ListRow } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";
import { copyText } from "../shell/copyText";
import { MediaAvatar } from "../shell/MediaAvatar";
import styles from "./Person.module.css";
import { PersonActs } from "./PersonActs";
import { presenceText } from "./presenceText";
import { RoleRow } from "./RoleRow";
import { TrustRow } from "./TrustRow";

interface PersonCardProps {
  readonly userId: string;
  /** The room they were met in; empty for none. */
  readonly roomId: string;
  /** Something was chosen that leads elsewhere. */
  readonly onLeave: () => void;
}

/** Who somebody is, whether they are verified, what can be done. */
export function PersonCard({ userId, roomId, onLeave }: PersonCardProps) {
  const { client, openRoom, openDialog } = useChat();
  const [, navigate] = useLocation();
  // Both tell of what is shown: who is in the room, and what one may do there.
  useValue(client.rooms.members(roomId));
  const rights = useValue(client.rooms.rights(roomId));
  const member = client.rooms.member(roomId, userId);
  const asked = useLoaded(() => client.people.profile(userId), userId);
  const person = member ?? asked.value ?? client.people.known(userId);
  const isOwn = userId === client.userId;
  const work = useWork();
  const message = () =>
    work.act(async () => {
      const direct = await client.rooms.startDirect(userId);
      onLeave();
      openRoom(direct);
    });
  return (
    <div className={styles.person}>
      <div className={styles.card}>
        <MediaAvatar
          id={userId}
          name={person.name}
          picture={person.avatar ?? asked.value?.avatar}
          size="large"
        />
        <h3 className={styles.name}>
          <bdi>{person.name}</bdi>
        </h3>
        <p className={styles.userId}>
          <span>{userId}</span>
          <IconButton
            small
            icon="copy"
            label={t("dialogs.card_copy")}
            onClick={() => void copyText(userId)}
          />
        </p>
        <p className={styles.presence}>
          {isOwn ? t("dialogs.card_you") : presenceText(client.people.presence(userId))}
        </p>
        <div className={styles.buttons}>
          {isOwn ? (
            <Button icon="pencil" onClick={() => navigate("/settings/profile")}>
              {t("dialogs.card_edit")}
            </Button>
          ) : (
            <Button kind="primary" icon="message-square" busy={work.busy} onClick={() => void message()}>
              {t("dialogs.card_message")}
            </Button>
          )}
          {!isOwn && roomId !== "" && member?.membership !== "join" && rights.mayInvite() && (
            <Button icon="user-plus" onClick={() => openDialog({ kind: "invite", roomId })}>
              {t("dialogs.card_invite")}
            </Button>
          )}
        </div>
      </div>
      <ErrorLine error={work.error} />
      <Group>
        <TrustRow userId={userId} roomId={roomId} />
        {member && <RoleRow roomId={roomId} member={member} rights={rights} work={work} />}
      </Group>
      {!isOwn && <MutualRooms userId={userId} onLeave={onLeave} />}
      {!isOwn && (
        <PersonActs userId={userId} name={person.name} roomId={roomId} member={member} rights={rights} />
      )}
    </div>
  );
}

const MOST_MUTUAL = 5;

/** Rooms that one shares with somebody. */
function MutualRooms({ userId, onLeave }: Pick<PersonCardProps, "userId" | "onLeave">) {
  const { client, openRoom } = useChat();
  const { value = [] } = useLoaded(() => client.people.mutualRooms(userId), userId);
  const rooms = value.flatMap((id) => client.rooms.get(id) ?? []).filter((room) => room.section !== "hidden");
  if (rooms.length === 0) return null;
  return (
    <section>
      <h3 className={styles.heading}>{t("dialogs.card_mutual")}</h3>
      {rooms.slice(0, MOST_MUTUAL).map((room) => (
        <ListRow
          key={room.id}
          start={<MediaAvatar id={room.directUser ?? room.id} name={room.name} picture={room.avatar} />}
          title={room.name}
          onClick={() => {
            onLeave();
            openRoom(room.id);
          }}
        />
      ))}
    </section>
  );
}
