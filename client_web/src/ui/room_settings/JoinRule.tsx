import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import type { Work } from "../../state/useWork";
import { t, type WordId } from "../../words";
import { Group } from "../account/Group";
import { Switch } from "../controls";
import type { RoomPageProps } from "./pageProps";
import { RadioGroup } from "./RadioGroup";
import styles from "./RoomSettings.module.css";

const WORDS: Readonly<Record<string, WordId>> = {
  invite: "dialogs.access_invite",
  knock: "dialogs.access_knock",
  restricted: "dialogs.access_restricted",
  knock_restricted: "dialogs.access_knock_restricted",
  public: "dialogs.access_public",
};

interface JoinRuleProps extends RoomPageProps {
  readonly work: Work;
}

/** Who can join; for what is open to members of spaces, which those are. */
export function JoinRule({ roomId, work }: JoinRuleProps) {
  const { client } = useChat();
  const { rooms } = client;
  const details = useValue(rooms.details(roomId));
  const mayChange = useValue(rooms.rights(roomId)).maySet("m.room.join_rules") && !work.busy;
  const room = useValue(rooms.room(roomId));
  const spaces = useValue(client.rooms.list).filter(
    (each) => each.isSpace && each.membership === "join" && each.id !== roomId,
  );
  const { joinRule, allowedRooms } = details;
  const isRestricted = joinRule.endsWith("restricted");
  const set = (rule: string, allowed: readonly string[]) =>
    void work.act(() => rooms.setJoinRule(roomId, rule, allowed));
  const choose = (rule: string) => {
    const [first] = room?.parents.length ? room.parents : spaces.map(({ id }) => id);
    set(rule, allowedRooms.length > 0 ? allowedRooms : first === undefined ? [] : [first]);
  };
  const known = spaces.map(({ id, name }) => ({ id, name }));
  const others = allowedRooms.filter((id) => !spaces.some((space) => space.id === id));
  return (
    <>
      <Group title={t("dialogs.access_join")}>
        <RadioGroup
          label={t("dialogs.access_join")}
          labelHidden
          value={joinRule}
          disabled={!mayChange}
          onChange={choose}
          options={rulesOf(details.version, joinRule).map((rule) => ({
            value: rule,
            label: WORDS[rule] ? t(WORDS[rule]) : t("dialogs.access_unknown", rule),
            disabled: rule.endsWith("restricted") && rule !== joinRule && spaces.length === 0,
          }))}
        />
      </Group>
      {isRestricted && (
        <Group title={t("dialogs.access_spaces")}>
          {spaces.length === 0 && others.length === 0 && (
            <p className={styles.muted}>{t("dialogs.access_spaces_none")}</p>
          )}
          {[...known, ...others.map((id) => ({ id, name: id }))].map(({ id, name }) => (
            <Switch
              key={id}
              label={name}
              checked={allowedRooms.includes(id)}
              disabled={!mayChange}
              onChange={(isAllowed) =>
                set(joinRule, isAllowed ? [...allowedRooms, id] : allowedRooms.filter((each) => each !== id))
              }
            />
          ))}
        </Group>
      )}
    </>
  );
}

/** The rules that a room of this version knows, and the one that it has. */
function rulesOf(version: string, current: string): readonly string[] {
  const number = /^\d+$/.test(version) ? Number(version) : Number.POSITIVE_INFINITY;
  const rules = [
    "invite",
    ...(number >= 7 ? ["knock"] : []),
    ...(number >= 8 ? ["restricted"] : []),
    ...(number >= 10 ? ["knock_restricted"] : []),
    "public",
  ];
  return rules.includes(current) ? rules : [...rules, current];
}
