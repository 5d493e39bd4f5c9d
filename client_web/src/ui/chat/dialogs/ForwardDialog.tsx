import { useState } from "react";
import { rankOf } from "../../../matrix/completion";
import type { RoomSummary } from "../../../matrix/types";
import { useClient } from "../../../state/ChatContext";
import { useValue } from "../../../state/useValue";
import { t } from "../../../words";
import { Button, Dialog, ListRow, TextField } from "../../controls";
import { useDialog } from "../../dialogs/useDialog";
import { act } from "../../shell/act";
import { MediaAvatar } from "../../shell/MediaAvatar";
import styles from "./dialogs.module.css";

const MOST = 40;

/** Send a message, or several that were picked, on: to as many rooms as are pressed. */
export default function ForwardDialog() {
  const client = useClient();
  const { close, text, texts, details } = useDialog();
  const rooms = useValue(client.rooms.list);
  const [words, setWords] = useState("");
  const [sent, setSent] = useState<ReadonlySet<string>>(new Set());
  const many = texts("eventIds");
  const eventIds = many.length > 0 ? many : [text("eventId")];
  const forward = async (room: RoomSummary): Promise<void> => {
    const forwardAll = async (): Promise<void> => {
      for (const eventId of eventIds) await client.outbox.forward(text("roomId"), eventId, room.id);
    };
    if (await act(forwardAll())) setSent(new Set([...sent, room.id]));
  };
  const end = (): void => {
    close();
    // What was picked has been used, if anything was sent on.
    if (sent.size > 0 && typeof details.onDone === "function") details.onDone();
  };
  return (
    <Dialog
      open
      onClose={end}
      title={t("main.forward.title")}
      actions={
        <Button kind="primary" onClick={end}>
          {t("main.forward.done")}
        </Button>
      }
    >
      <TextField
        label={t("main.forward.find")}
        labelHidden
        placeholder={t("main.forward.find")}
        icon="search"
        value={words}
        onChange={setWords}
        autoFocus
      />
      <div className={styles.list}>
        {fitting(rooms, words).map((room) => (
          <ListRow
            key={room.id}
            start={<MediaAvatar id={room.directUser ?? room.id} name={room.name} picture={room.avatar} />}
            title={room.name}
            text={room.alias ?? undefined}
            end={
              <Button disabled={sent.has(room.id)} onClick={() => void forward(room)}>
                {t(sent.has(room.id) ? "main.forward.sent" : "main.forward.send")}
              </Button>
            }
          />
        ))}
      </div>
    </Dialog>
  );
}

function fitting(rooms: readonly RoomSummary[], words: string): readonly RoomSummary[] {
  const written = rooms.filter(
    (room) => room.membership === "join" && !room.isSpace && room.successor === null,
  );
  return written
    .filter((room) => rankOf(words.trim(), room.name, room.alias ?? "") !== undefined)
    .sort((one, other) => other.previewTime - one.previewTime)
    .slice(0, MOST);
}
