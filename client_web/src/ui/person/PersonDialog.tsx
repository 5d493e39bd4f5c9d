import { useChat } from "../../state/ChatContext";
import { t } from "../../words";
import { Dialog } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import { PersonCard } from "./PersonCard";

/** Somebody's card, where no room is open beside it. */
export default function PersonDialog() {
  const { client } = useChat();
  const { close, text } = useDialog();
  const userId = text("userId");
  return (
    <Dialog
      open
      onClose={close}
      title={t(userId === client.userId ? "dialogs.card_you" : "main.action.person")}
    >
      <PersonCard userId={userId} roomId={text("roomId")} onLeave={close} />
    </Dialog>
  );
}
