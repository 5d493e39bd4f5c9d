import type { Chat } from "../../state/ChatContext";
import { t } from "../../words";
import { confirm } from "../controls";
import { act } from "../shell/act";

/** Leave a room after asking, and go where nothing is open if it was. */
export async function leaveRoom(
  { client, roomId: openId, openRoom }: Chat,
  roomId: string,
): Promise<boolean> {
  const room = client.rooms.get(roomId);
  if (room === null) return false;
  const isWanted = await confirm({
    title: t("dialogs.room_leave_title", room.name),
    text: leaveText(client, roomId),
    action: t(room.isSpace ? "dialogs.space_leave" : "dialogs.room_leave"),
    danger: true,
  });
  if (!isWanted || !(await act(client.rooms.leave(roomId)))) return false;
  if (openId === roomId) openRoom(null);
  return true;
}

function leaveText(client: Chat["client"], roomId: string): string {
  const rights = client.rooms.rights(roomId).get();
  const { members } = client.rooms.members(roomId).get();
  const others = members.filter((member) => member.userId !== client.userId && member.membership === "join");
  const isLastAdmin =
    rights.ownLevel >= 100 && others.length > 0 && others.every((member) => member.level < 100);
  if (isLastAdmin) return t("dialogs.room_leave_last_admin");
  const isPublic = client.rooms.details(roomId).get().joinRule === "public";
  return t(isPublic ? "dialogs.room_leave_public_text" : "dialogs.room_leave_text");
}
