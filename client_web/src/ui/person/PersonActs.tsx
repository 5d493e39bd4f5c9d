import type { Rights } from "../../matrix/rooms";
import type { MemberSummary } from "../../matrix/types";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { confirm, Icon } from "../controls";
import { act } from "../shell/act";
import styles from "./Person.module.css";

interface PersonActsProps {
  readonly userId: string;
  readonly name: string;
  readonly roomId: string;
  readonly member: MemberSummary | null;
  readonly rights: Rights;
}

/** What can be done about somebody: see no more of them, have them out of the room, tell those who run the server. */
export function PersonActs({ userId, name, roomId, member, rights }: PersonActsProps) {
  const { client, openDialog } = useChat();
  const isIgnored = useValue(client.people.ignored, (ignored) => ignored.includes(userId));
  const isIn = member?.membership === "join" || member?.membership === "invite";
  const remove = (isBan: boolean) => openDialog({ kind: "removeMember", userId, name, roomId, isBan });
  const ignore = async () => {
    if (isIgnored) return act(client.people.unignore(userId));
    const question = { title: t("dialogs.ignore_title", name), text: t("dialogs.ignore_text") };
    if (await confirm({ ...question, action: t("dialogs.card_ignore"), danger: true })) {
      await act(client.people.ignore(userId));
    }
    return undefined;
  };
  return (
    <div className={styles.acts}>
      <Act
        icon={isIgnored ? "eye" : "eye-off"}
        label={t(isIgnored ? "dialogs.card_unignore" : "dialogs.card_ignore")}
        onClick={() => void ignore()}
      />
      {isIn && rights.mayKick(userId) && (
        <Act danger icon="user-minus" label={t("dialogs.card_kick")} onClick={() => remove(false)} />
      )}
      {member && member.membership !== "ban" && rights.mayBan(userId) && (
        <Act danger icon="ban" label={t("dialogs.card_ban")} onClick={() => remove(true)} />
      )}
      {member?.membership === "ban" && rights.mayUnban(userId) && (
        <Act
          icon="user"
          label={t("dialogs.card_unban")}
          onClick={() => void act(client.rooms.unban(roomId, userId))}
        />
      )}
      <Act
        danger
        icon="flag"
        label={t("dialogs.card_report")}
        onClick={() => openDialog({ kind: "reportPerson", userId, name })}
      />
    </div>
  );
}

interface ActProps {
  readonly icon: string;
  readonly label: string;
  readonly danger?: boolean;
  readonly onClick: () => void;
}

function Act({ icon, label, danger = false, onClick }: ActProps) {
  return (
    <button type="button" className={styles.act} data-danger={danger || undefined} onClick={onClick}>
      <Icon name={icon} size="small" />
      {label}
    </button>
  );
}
