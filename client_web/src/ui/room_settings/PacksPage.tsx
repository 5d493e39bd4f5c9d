import { type FormEvent, useState } from "react";
import type { RoomPack } from "../../matrix/rooms";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { useWork, type Work } from "../../state/useWork";
import { t } from "../../words";
import { Group } from "../account/Group";
import { Button, confirm, IconButton, Switch, TextField } from "../controls";
import { PackImages } from "./PackImages";
import type { RoomPageProps } from "./pageProps";
import { RoomPage } from "./RoomPage";
import styles from "./RoomSettings.module.css";

/** Pictures that members can use as emoji and stickers. */
export function PacksPage({ roomId }: RoomPageProps) {
  const { rooms } = useChat().client;
  // It changes with every change of the room's state, packs included.
  useValue(rooms.details(roomId));
  const mayChange = useValue(rooms.rights(roomId)).maySet("m.room.image_pack");
  const work = useWork();
  const [name, setName] = useState("");
  const [isEverywhere, setEverywhere] = useState<Readonly<Record<string, boolean>>>({});
  const packs = rooms.packs(roomId);
  const add = async (event: FormEvent) => {
    event.preventDefault();
    const stateKey = packs.some((pack) => pack.stateKey === "") ? crypto.randomUUID() : "";
    const pack = { stateKey, name: name.trim(), images: [] };
    if (await work.act(() => rooms.setPack(roomId, pack))) setName("");
  };
  const offer = async (pack: RoomPack, isWanted: boolean) => {
    if (await work.act(() => rooms.offerEverywhere(roomId, pack.stateKey, isWanted))) {
      setEverywhere({ ...isEverywhere, [pack.stateKey]: isWanted });
    }
  };
  return (
    <RoomPage lead={t("dialogs.packs_lead")} error={work.error}>
      {packs.length === 0 && <p className={styles.muted}>{t("dialogs.packs_none")}</p>}
      {packs.map((pack) => (
        <Group key={pack.stateKey} title={pack.name}>
          <PackImages roomId={roomId} pack={pack} mayChange={mayChange} work={work} />
          <Switch
            label={t("dialogs.packs_use_everywhere")}
            checked={isEverywhere[pack.stateKey] ?? pack.isEverywhere}
            disabled={work.busy}
            onChange={(isWanted) => void offer(pack, isWanted)}
          />
          {mayChange && <RemovePack roomId={roomId} pack={pack} work={work} />}
        </Group>
      ))}
      {mayChange && (
        <form className={styles.inline} onSubmit={add}>
          <TextField label={t("dialogs.packs_name")} value={name} onChange={setName} maxLength={100} />
          <Button type="submit" disabled={name.trim() === ""} busy={work.busy}>
            {t("dialogs.packs_add")}
          </Button>
        </form>
      )}
    </RoomPage>
  );
}

interface RemovePackProps extends RoomPageProps {
  readonly pack: RoomPack;
  readonly work: Work;
}

function RemovePack({ roomId, pack, work }: RemovePackProps) {
  const { rooms } = useChat().client;
  const remove = async () => {
    const action = t("dialogs.packs_remove");
    const isWanted = await confirm({ title: `${action}?`, text: pack.name, action, danger: true });
    if (isWanted) await work.act(() => rooms.removePack(roomId, pack.stateKey));
  };
  return (
    <div className={styles.buttons}>
      <IconButton
        kind="danger"
        icon="trash-2"
        label={`${t("dialogs.packs_remove")}: ${pack.name}`}
        disabled={work.busy}
        onClick={() => void remove()}
      />
    </div>
  );
}
