import { useState } from "react";
import type { ChatClient } from "../../matrix/client";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Dialog, Switch } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import { ErrorLine } from "../encryption/ErrorLine";

/** Leaves a room, and forgets it where that is wanted. */
export default function LeaveRoomDialog() {
  const { client, roomId: openId, openRoom } = useChat();
  const { close, text } = useDialog();
  const roomId = text("roomId");
  const room = useValue(client.rooms.room(roomId));
  const [isForgotten, setForgotten] = useState(false);
  const work = useWork();
  const leave = async () => {
    const isDone = await work.act(async () => {
      await client.rooms.leave(roomId);
      if (isForgotten) await client.rooms.forget(roomId);
    });
    if (!isDone) return;
    close();
    if (openId === roomId) openRoom(null);
  };
  return (
    <Dialog
      open
      onClose={close}
      title={t("dialogs.room_leave_title", room?.name ?? "")}
      description={leaveText(client, roomId)}
      actions={
        <>
          <Button onClick={close}>{t("dialogs.cancel")}</Button>
          <Button kind="danger" busy={work.busy} onClick={() => void leave()}>
            {t(room?.isSpace ? "dialogs.space_leave" : "dialogs.room_leave")}
          </Button>
        </>
      }
    >
      <ErrorLine error={work.error} />
      <Switch
        label={t("dialogs.room_forget")}
        hint={t("dialogs.room_forget_text")}
        checked={isForgotten}
        onChange={setForgotten}
      />
    </Dialog>
  );
}

/** What leaving means here. */
function leaveText(client: ChatClient, roomId: string): string {
  const rights = client.rooms.rights(roomId).get();
  const { members } = client.rooms.members(roomId).get();
  const others = members.filter((member) => member.userId !== client.userId && member.membership === "join");
  const isLastAdmin =
    rights.ownLevel >= 100 && others.length > 0 && others.every((member) => member.level < 100);
  if (isLastAdmin) return t("dialogs.room_leave_last_admin");
  const isPublic = client.rooms.details(roomId).get().joinRule === "public";
  return t(isPublic ? "dialogs.room_leave_public_text" : "dialogs.room_leave_text");
}
