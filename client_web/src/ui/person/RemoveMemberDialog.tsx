import { useState } from "react";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Dialog, Switch, TextField } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import { ErrorLine } from "../encryption/ErrorLine";

/** Have somebody out of a room, or keep them out for good, with a word on why. */
export default function RemoveMemberDialog() {
  const { client } = useChat();
  const { close, text, details } = useDialog();
  const isBan = details.isBan === true;
  const [reason, setReason] = useState("");
  const [withMessages, setWithMessages] = useState(false);
  const mayRedact = useValue(client.rooms.rights(text("roomId"))).mayRedact();
  const work = useWork();
  const remove = async () => {
    const { rooms } = client;
    const [roomId, userId] = [text("roomId"), text("userId")];
    const isDone = await work.act(async () => {
      if (isBan) await rooms.ban(roomId, userId, reason.trim());
      else await rooms.kick(roomId, userId, reason.trim());
      if (withMessages) await rooms.removeMessages(roomId, userId);
    });
    if (isDone) close();
  };
  return (
    <Dialog
      open
      onClose={close}
      title={t(isBan ? "dialogs.ban_title" : "dialogs.kick_title", text("name"))}
      description={t(isBan ? "dialogs.ban_text" : "dialogs.kick_text")}
      actions={
        <>
          <Button onClick={close}>{t("dialogs.cancel")}</Button>
          <Button kind="danger" busy={work.busy} onClick={() => void remove()}>
            {t(isBan ? "dialogs.ban_submit" : "dialogs.kick_submit")}
          </Button>
        </>
      }
    >
      <ErrorLine error={work.error} />
      <TextField label={t("dialogs.reason")} value={reason} onChange={setReason} maxLength={500} />
      {isBan && mayRedact && (
        <Switch
          label={t("dialogs.ban_remove_messages")}
          hint={t("rooms.remove_messages_text")}
          checked={withMessages}
          onChange={setWithMessages}
        />
      )}
    </Dialog>
  );
}
