import type { Rights } from "../../matrix/rooms";
import type { MemberSummary } from "../../matrix/types";
import { useChat } from "../../state/ChatContext";
import type { Work } from "../../state/useWork";
import { t } from "../../words";
import { SettingRow } from "../account/SettingRow";
import { RoleSelect } from "../room_settings/RoleSelect";
import { levelName } from "../room_settings/roles";
import { setRole } from "../room_settings/setRole";

interface RoleRowProps {
  readonly roomId: string;
  readonly member: MemberSummary;
  readonly rights: Rights;
  readonly work: Work;
}

/** Somebody's role in a room, to be changed by who may. */
export function RoleRow({ roomId, member, rights, work }: RoleRowProps) {
  const { client } = useChat();
  const mayChange = rights.maySetLevel(member.userId, rights.power.levels.users_default);
  return (
    <SettingRow title={t("dialogs.card_role")}>
      {mayChange ? (
        <RoleSelect
          label={t("dialogs.card_role")}
          level={member.level}
          highest={rights.ownLevel}
          disabled={work.busy}
          onChange={(level) => void work.act(() => setRole(client, roomId, member.userId, level))}
        />
      ) : (
        levelName(member.level)
      )}
    </SettingRow>
  );
}
