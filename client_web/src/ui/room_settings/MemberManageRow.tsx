import type { MemberSummary } from "../../matrix/types";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import type { Work } from "../../state/useWork";
import { t } from "../../words";
import { Button, IconButton, ListRow } from "../controls";
import { roleText } from "../panel/MemberRows";
import { MediaAvatar } from "../shell/MediaAvatar";

interface MemberManageRowProps {
  readonly roomId: string;
  readonly member: MemberSummary;
  readonly work: Work;
}

/** Somebody of a room, and what one may do about their being there. */
export function MemberManageRow({ roomId, member, work }: MemberManageRowProps) {
  const { client, openDialog } = useChat();
  const { rooms } = client;
  const { userId, name, membership } = member;
  const rights = useValue(rooms.rights(roomId));
  const isOwn = userId === client.userId;
  const remove = (isBan: boolean) => openDialog({ kind: "removeMember", roomId, userId, name, isBan });
  const detail = [name === userId ? "" : userId, roleText(member)].filter(Boolean).join(" · ");
  return (
    <ListRow
      start={<MediaAvatar id={userId} name={name} picture={member.avatar} />}
      title={name}
      text={member.reason || detail}
      onClick={() => openDialog({ kind: "person", userId, roomId })}
      end={
        isOwn ? undefined : (
          <>
            {membership === "knock" && rights.mayInvite() && (
              <Button disabled={work.busy} onClick={() => void work.act(() => rooms.invite(roomId, userId))}>
                {t("dialogs.members_accept")}
              </Button>
            )}
            {(membership === "invite" || membership === "knock") && rights.mayKick(userId) && (
              <Button disabled={work.busy} onClick={() => void work.act(() => rooms.kick(roomId, userId))}>
                {t(membership === "invite" ? "dialogs.members_uninvite" : "dialogs.members_decline")}
              </Button>
            )}
            {membership === "ban" && rights.mayUnban(userId) && (
              <Button disabled={work.busy} onClick={() => void work.act(() => rooms.unban(roomId, userId))}>
                {t("dialogs.members_unban")}
              </Button>
            )}
            {membership === "join" && rights.mayKick(userId) && (
              <IconButton
                icon="user-minus"
                label={`${t("dialogs.card_kick")}: ${name}`}
                onClick={() => remove(false)}
              />
            )}
            {membership !== "ban" && rights.mayBan(userId) && (
              <IconButton
                icon="ban"
                label={`${t("dialogs.card_ban")}: ${name}`}
                onClick={() => remove(true)}
              />
            )}
          </>
        )
      }
    />
  );
}
