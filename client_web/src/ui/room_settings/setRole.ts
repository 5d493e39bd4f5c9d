import type { ChatClient } from "../../matrix/client";
import { t } from "../../words";
import { confirm } from "../controls";

/** Give somebody a role; giving up one's own rights is asked about first. */
export async function setRole(
  client: ChatClient,
  roomId: string,
  userId: string,
  level: number,
): Promise<void> {
  const rights = client.rooms.rights(roomId).get();
  if (userId === client.userId && level < rights.ownLevel) {
    const isWanted = await confirm({
      title: t("dialogs.permissions_self_title"),
      text: t("dialogs.permissions_self_text"),
      action: t("dialogs.permissions_self_submit"),
      danger: true,
    });
    if (!isWanted) return;
  }
  const isUsual = level === rights.power.levels.users_default;
  await client.rooms.setPowerLevels(roomId, { users: { [userId]: isUsual ? null : level } });
}
