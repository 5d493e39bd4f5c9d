import { useState } from "react";
import { errorWords } from "../../matrix/errors";
import type { Profile } from "../../matrix/types";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Button, Dialog, Icon, showToast } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import { ErrorLine } from "../encryption/ErrorLine";
import { PeoplePicker } from "./PeoplePicker";
import styles from "./PeoplePicker.module.css";
import { RoomLink } from "./RoomLink";

/** Several people into one room. */
export default function InviteDialog() {
  const { client } = useChat();
  const { close, text } = useDialog();
  const roomId = text("roomId");
  const room = useValue(client.rooms.room(roomId));
  const { members } = useValue(client.rooms.members(roomId));
  const [chosen, setChosen] = useState<readonly Profile[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const toggle = (person: Profile) => {
    const isThere = chosen.some((each) => each.userId === person.userId);
    setChosen(isThere ? chosen.filter((each) => each.userId !== person.userId) : [...chosen, person]);
  };
  const noteOf = (userId: string) => {
    const membership = members.find((member) => member.userId === userId)?.membership;
    if (membership === "join") return t("dialogs.invite_member");
    return membership === "invite" ? t("dialogs.invite_invited") : "";
  };
  const submit = async () => {
    setBusy(true);
    const refused = await inviteAll(client.rooms, roomId, chosen);
    setBusy(false);
    setChosen(chosen.filter((person) => refused.people.includes(person.userId)));
    if (refused.people.length === 0) {
      showToast(t("dialogs.invite_done"), { kind: "success" });
      close();
    } else setError(`${t("dialogs.invite_partly", refused.people.join(", "))} ${refused.why}`);
  };
  return (
    <Dialog
      open
      onClose={close}
      title={t("dialogs.invite_title", room?.name ?? "")}
      actions={
        <>
          <Button onClick={close}>{t("dialogs.cancel")}</Button>
          <Button kind="primary" busy={isBusy} disabled={chosen.length === 0} onClick={() => void submit()}>
            {t("dialogs.invite_submit")}
          </Button>
        </>
      }
    >
      {chosen.length > 0 && (
        <ul className={styles.chips}>
          {chosen.map((person) => (
            <li key={person.userId}>
              <button
                type="button"
                className={styles.chip}
                aria-label={t("dialogs.invite_chosen", person.name)}
                onClick={() => toggle(person)}
              >
                <span className={styles.name}>{person.name}</span>
                <Icon name="x" size="small" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <PeoplePicker chosen={chosen} onToggle={toggle} noteOf={noteOf} disabled={isBusy} />
      <ErrorLine error={error} />
      {room?.alias && <RoomLink address={room.alias} />}
    </Dialog>
  );
}

async function inviteAll(
  rooms: { invite(roomId: string, userId: string): Promise<void> },
  roomId: string,
  people: readonly Profile[],
): Promise<{ readonly people: readonly string[]; readonly why: string }> {
  const refused: string[] = [];
  let why = "";
  for (const { userId } of people) {
    try {
      await rooms.invite(roomId, userId);
    } catch (problem) {
      refused.push(userId);
      why = errorWords(problem);
    }
  }
  return { people: refused, why };
}
