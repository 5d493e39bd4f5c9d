import { useChat } from "../../state/ChatContext";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Dialog } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import { ErrorLine } from "../encryption/ErrorLine";
import { PeoplePicker } from "./PeoplePicker";

/** A conversation with one person: the one there is, or a new one. */
export default function NewDirectDialog() {
  const { client, openRoom } = useChat();
  const { close } = useDialog();
  const work = useWork();
  const begin = (userId: string) =>
    work.act(async () => {
      const roomId = await client.rooms.startDirect(userId);
      close();
      openRoom(roomId);
    });
  return (
    <Dialog open onClose={close} title={t("dialogs.direct_title")}>
      <ErrorLine error={work.error} />
      <PeoplePicker chosen={[]} disabled={work.busy} onToggle={(person) => void begin(person.userId)} />
    </Dialog>
  );
}
