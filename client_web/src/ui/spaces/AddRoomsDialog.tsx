import { useState } from "react";
import { useChat } from "../../state/ChatContext";
import { rankOf } from "../../state/ranking";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Checkbox, Dialog, TextField } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import { ErrorLine } from "../encryption/ErrorLine";
import { MediaAvatar } from "../shell/MediaAvatar";
import styles from "./Spaces.module.css";

/** Puts rooms that one is in into a space. */
export default function AddRoomsDialog() {
  const { client, openDialog } = useChat();
  const { close, text } = useDialog();
  const spaceId = text("roomId");
  const rooms = useValue(client.rooms.list);
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const work = useWork();
  const others = rooms
    .filter((room) => room.membership === "join" && !room.isDirect && room.successor === null)
    .filter((room) => room.id !== spaceId && !room.parents.includes(spaceId))
    .filter((room) => rankOf(words, room.name, room.alias ?? "") !== undefined)
    .sort((a, b) => a.name.localeCompare(b.name));
  const back = () => openDialog({ kind: "spaceHome", roomId: spaceId });
  const submit = async () => {
    const isDone = await work.act(async () => {
      for (const roomId of chosen) await client.spaces.addChild(spaceId, roomId);
    });
    if (isDone) back();
  };
  return (
    <Dialog
      open
      onClose={close}
      title={t("dialogs.space_add_existing")}
      actions={
        <>
          <Button onClick={back}>{t("dialogs.cancel")}</Button>
          <Button
            kind="primary"
            disabled={chosen.length === 0}
            busy={work.busy}
            onClick={() => void submit()}
          >
            {t("dialogs.space_add_submit")}
          </Button>
        </>
      }
    >
      <TextField
        autoFocus
        label={t("dialogs.space_add_search")}
        labelHidden
        type="search"
        icon="search"
        placeholder={t("dialogs.space_add_search")}
        value={words}
        onChange={setWords}
      />
      <ErrorLine error={work.error} />
      {others.length === 0 && words === "" && <p className={styles.none}>{t("dialogs.space_add_none")}</p>}
      <ul className={styles.choices}>
        {others.map((room) => (
          <li key={room.id}>
            <Checkbox
              label={
                <span className={styles.choice}>
                  <MediaAvatar
                    id={room.id}
                    name={room.name}
                    picture={room.avatar}
                    shape={room.isSpace ? "square" : "round"}
                  />
                  <bdi>{room.name}</bdi>
                </span>
              }
              checked={chosen.includes(room.id)}
              onChange={(isChosen) =>
                setChosen(isChosen ? [...chosen, room.id] : chosen.filter((each) => each !== room.id))
              }
            />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
