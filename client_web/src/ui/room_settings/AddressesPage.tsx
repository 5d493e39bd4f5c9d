import { type FormEvent, useState } from "react";
import { matrixTo } from "../../matrix/links";
import { serverOf } from "../../matrix/names";
import { useChat } from "../../state/ChatContext";
import { useLoaded } from "../../state/useLoaded";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Group } from "../account/Group";
import { SettingRow } from "../account/SettingRow";
import { Button, confirm, IconButton, TextField } from "../controls";
import { copyText } from "../shell/copyText";
import type { RoomPageProps } from "./pageProps";
import { RoomPage } from "./RoomPage";
import styles from "./RoomSettings.module.css";

/** Names by which people find a room. */
export function AddressesPage({ roomId }: RoomPageProps) {
  const { client } = useChat();
  const { rooms } = client;
  const details = useValue(rooms.details(roomId));
  const mayChange = useValue(rooms.rights(roomId)).maySet("m.room.canonical_alias");
  const local = useLoaded(() => rooms.localAddresses(roomId), roomId);
  const work = useWork();
  const [name, setName] = useState("");
  const server = serverOf(client.userId);
  const here = local.value ?? [];
  const all = [...new Set([details.mainAddress, ...here, ...details.otherAddresses])].filter(Boolean);
  const change = (how: () => Promise<void>) =>
    work.act(async () => {
      await how();
      await local.reload();
    });
  const add = async (event: FormEvent) => {
    event.preventDefault();
    const address = `#${name.trim().replace(/^#/, "")}:${server}`;
    if (await change(() => rooms.addAddress(roomId, address))) setName("");
  };
  const remove = async (address: string) => {
    const title = `${t("dialogs.remove")} ${address}?`;
    if (
      !(await confirm({
        title,
        text: t("dialogs.addresses_lead"),
        action: t("dialogs.remove"),
        danger: true,
      }))
    )
      return;
    await change(async () => {
      await rooms.removeAddress(roomId, address);
      if (address === details.mainAddress && mayChange) await rooms.setMainAddress(roomId, null);
    });
  };
  const note = (address: string) => {
    if (address === details.mainAddress) return t("dialogs.addresses_main");
    return here.includes(address) ? "" : t("dialogs.addresses_others");
  };
  return (
    <RoomPage lead={t("dialogs.addresses_lead")} error={work.error}>
      <Group>
        {all.length === 0 && <p className={styles.muted}>{t("dialogs.addresses_none")}</p>}
        {all.map((address) => (
          <SettingRow key={address} title={address} text={note(address)}>
            {mayChange && address !== details.mainAddress && (
              <Button
                disabled={work.busy}
                onClick={() => void change(() => rooms.setMainAddress(roomId, address))}
              >
                {t("dialogs.addresses_make_main")}
              </Button>
            )}
            <IconButton
              icon="link"
              label={`${t("dialogs.copy_link")}: ${address}`}
              onClick={() => void copyText(matrixTo(address))}
            />
            {mayChange && here.includes(address) && (
              <IconButton
                icon="trash-2"
                label={`${t("dialogs.remove")}: ${address}`}
                disabled={work.busy}
                onClick={() => void remove(address)}
              />
            )}
          </SettingRow>
        ))}
        <form className={styles.inline} onSubmit={add}>
          <TextField
            label={t("dialogs.addresses_add")}
            labelHidden
            placeholder={`#${t("dialogs.addresses_field")}`}
            value={name}
            onChange={setName}
            end={<span className={styles.muted}>:{server}</span>}
          />
          <Button type="submit" disabled={name.trim() === ""} busy={work.busy}>
            {t("dialogs.add")}
          </Button>
        </form>
      </Group>
    </RoomPage>
  );
}
