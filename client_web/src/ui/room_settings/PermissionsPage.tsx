import { useState } from "react";
import type { MemberSummary } from "../../matrix/types";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { useWork, type Work } from "../../state/useWork";
import { t } from "../../words";
import { Group } from "../account/Group";
import { SettingRow } from "../account/SettingRow";
import { Button, ListRow } from "../controls";
import { MediaAvatar } from "../shell/MediaAvatar";
import type { RoomPageProps } from "./pageProps";
import { type Act, actsOf, changeOf, GROUP_WORDS, levelOf, type PermissionGroup } from "./permissionActs";
import { RoleSelect } from "./RoleSelect";
import { RoomPage } from "./RoomPage";
import styles from "./RoomSettings.module.css";
import { levelName } from "./roles";
import { setRole } from "./setRole";

/** Which role is needed for what, and who has which. Nobody can give more than they have. */
export function PermissionsPage({ roomId }: RoomPageProps) {
  const { rooms } = useChat().client;
  const rights = useValue(rooms.rights(roomId));
  const isSpace = useValue(rooms.room(roomId), (room) => room?.isSpace ?? false);
  const work = useWork();
  const mayChange = rights.maySet("m.room.power_levels");
  const acts = actsOf(isSpace);
  const groups = [...new Set(acts.map((act) => act.group))];
  return (
    <RoomPage lead={t(mayChange ? "dialogs.permissions_lead" : "dialogs.room_no_right")} error={work.error}>
      {groups.map((group: PermissionGroup) => (
        <Group key={group} title={t(GROUP_WORDS[group])}>
          {acts
            .filter((act) => act.group === group)
            .map((act) => (
              <ActRow key={act.word} roomId={roomId} act={act} work={work} mayChange={mayChange} />
            ))}
        </Group>
      ))}
      <Roles roomId={roomId} work={work} />
    </RoomPage>
  );
}

interface ActRowProps extends RoomPageProps {
  readonly act: Act;
  readonly work: Work;
  readonly mayChange: boolean;
}

function ActRow({ roomId, act, work, mayChange }: ActRowProps) {
  const { rooms } = useChat().client;
  const rights = useValue(rooms.rights(roomId));
  const level = levelOf(act, rights);
  const title = t(act.word);
  return (
    <SettingRow title={title}>
      {mayChange && level <= rights.ownLevel ? (
        <RoleSelect
          label={title}
          level={level}
          highest={rights.ownLevel}
          disabled={work.busy}
          onChange={(chosen) => void work.act(() => rooms.setPowerLevels(roomId, changeOf(act, chosen)))}
        />
      ) : (
        <span className={styles.muted}>{levelName(level)}</span>
      )}
    </SettingRow>
  );
}

const MOST_SHOWN = 20;

/** Everybody whose role is not the usual one. */
function Roles({ roomId, work }: RoomPageProps & { readonly work: Work }) {
  const { client } = useChat();
  const rights = useValue(client.rooms.rights(roomId));
  const { members } = useValue(client.rooms.members(roomId));
  const [isAll, setAll] = useState(false);
  const usual = rights.power.levels.users_default;
  const mighty = members.filter((member) => member.level !== usual && member.membership !== "ban");
  const shown = isAll ? mighty : mighty.slice(0, MOST_SHOWN);
  const role = (member: MemberSummary) =>
    rights.maySetLevel(member.userId, usual) ? (
      <RoleSelect
        label={t("dialogs.permissions_role_of", member.name)}
        level={member.level}
        highest={rights.ownLevel}
        disabled={work.busy}
        onChange={(level) => void work.act(() => setRole(client, roomId, member.userId, level))}
      />
    ) : (
      levelName(member.level)
    );
  return (
    <Group title={t("dialogs.permissions_roles")}>
      <div className={styles.rows}>
        {shown.map((member) => (
          <ListRow
            key={member.userId}
            start={<MediaAvatar id={member.userId} name={member.name} picture={member.avatar} />}
            title={member.name}
            text={member.name === member.userId ? "" : member.userId}
            end={role(member)}
          />
        ))}
      </div>
      {mighty.length > shown.length && (
        <Button kind="quiet" onClick={() => setAll(true)}>
          {t("main.info.all_people")}
        </Button>
      )}
    </Group>
  );
}
