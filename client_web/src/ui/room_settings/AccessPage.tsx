import { type FormEvent, useEffect, useState } from "react";
import { serverOf } from "../../matrix/names";
import { useChat } from "../../state/ChatContext";
import { useLoaded } from "../../state/useLoaded";
import { useValue } from "../../state/useValue";
import { useWork, type Work } from "../../state/useWork";
import { t, type WordId } from "../../words";
import { Group } from "../account/Group";
import { SettingRow } from "../account/SettingRow";
import { Button, confirm, Switch, TextArea } from "../controls";
import { JoinRule } from "./JoinRule";
import type { RoomPageProps } from "./pageProps";
import { RadioGroup } from "./RadioGroup";
import { RoomPage } from "./RoomPage";
import styles from "./RoomSettings.module.css";

const HISTORY: readonly (readonly [string, WordId])[] = [
  ["shared", "dialogs.access_history_shared"],
  ["invited", "dialogs.access_history_invited"],
  ["joined", "dialogs.access_history_joined"],
  ["world_readable", "dialogs.access_history_world"],
];

/** Who gets in, who reads what, and whether it is encrypted. */
export function AccessPage({ roomId }: RoomPageProps) {
  const { client } = useChat();
  const { rooms } = client;
  const details = useValue(rooms.details(roomId));
  const rights = useValue(rooms.rights(roomId));
  const isSpace = useValue(rooms.room(roomId), (room) => room?.isSpace ?? false);
  const work = useWork();
  const published = useLoaded(() => rooms.isPublished(roomId), roomId);
  const may = (type: string) => rights.maySet(type) && !work.busy;
  const mayNothing = !rights.maySet("m.room.join_rules") && !rights.maySet("m.room.history_visibility");
  const publish = (isWanted: boolean) =>
    void work.act(async () => {
      await rooms.setPublished(roomId, isWanted);
      await published.reload();
    });
  return (
    <RoomPage {...(mayNothing && { lead: t("dialogs.room_no_right") })} error={work.error}>
      <JoinRule roomId={roomId} work={work} />
      <Group>
        <Switch
          label={t("dialogs.access_directory", serverOf(client.userId))}
          checked={published.value ?? false}
          disabled={!may("m.room.canonical_alias") || published.value === undefined}
          onChange={publish}
        />
        <Switch
          label={t("dialogs.access_guests")}
          checked={details.mayGuestsJoin}
          disabled={!may("m.room.guest_access")}
          onChange={(mayJoin) => void work.act(() => rooms.setGuests(roomId, mayJoin))}
        />
        {!details.isFederated && <p className={styles.muted}>{t("dialogs.access_not_federated")}</p>}
      </Group>
      <Group title={t("dialogs.access_history")}>
        <RadioGroup
          label={t("dialogs.access_history")}
          labelHidden
          value={details.history}
          disabled={!may("m.room.history_visibility")}
          onChange={(visibility) => void work.act(() => rooms.setHistory(roomId, visibility))}
          options={HISTORY.map(([value, word]) => ({ value, label: t(word) }))}
        />
      </Group>
      {!isSpace && <Encryption roomId={roomId} work={work} />}
      <BannedServers roomId={roomId} work={work} />
    </RoomPage>
  );
}

interface PartProps extends RoomPageProps {
  readonly work: Work;
}

function Encryption({ roomId, work }: PartProps) {
  const { client } = useChat();
  const isEncrypted = useValue(client.rooms.details(roomId), (details) => details.isEncrypted);
  const mayTurnOn = useValue(client.rooms.rights(roomId)).maySet("m.room.encryption");
  const turnOn = async () => {
    const isWanted = await confirm({
      title: t("dialogs.access_encryption_title"),
      text: t("dialogs.access_encryption_text"),
      action: t("dialogs.access_encryption_turn_on"),
    });
    if (isWanted) await work.act(() => client.rooms.encrypt(roomId));
  };
  return (
    <Group title={t("dialogs.access_encryption")}>
      <SettingRow
        icon={isEncrypted ? "lock" : "lock-open"}
        {...(isEncrypted && { mood: "good" as const })}
        title={t(isEncrypted ? "dialogs.access_encryption_on" : "dialogs.access_encryption_off")}
      >
        {!isEncrypted && mayTurnOn && (
          <Button busy={work.busy} onClick={() => void turnOn()}>
            {t("dialogs.access_encryption_turn_on")}
          </Button>
        )}
      </SettingRow>
    </Group>
  );
}

function BannedServers({ roomId, work }: PartProps) {
  const { rooms } = useChat().client;
  const banned = useValue(rooms.details(roomId), (details) => details.bannedServers).join("\n");
  const mayChange = useValue(rooms.rights(roomId)).maySet("m.room.server_acl");
  const [servers, setServers] = useState(banned);
  useEffect(() => setServers(banned), [banned]);
  if (!mayChange && banned === "") return null;
  const save = (event: FormEvent) => {
    event.preventDefault();
    void work.act(() => rooms.setBannedServers(roomId, servers.split("\n")));
  };
  return (
    <Group>
      <form className={styles.form} onSubmit={save}>
        <TextArea
          label={t("dialogs.access_server_acl")}
          hint={t("dialogs.access_server_acl_text")}
          rows={3}
          spellCheck={false}
          value={servers}
          onChange={setServers}
          disabled={!mayChange}
        />
        {mayChange && servers.trim() !== banned && (
          <Button type="submit" kind="primary" busy={work.busy}>
            {t("dialogs.save")}
          </Button>
        )}
      </form>
    </Group>
  );
}
