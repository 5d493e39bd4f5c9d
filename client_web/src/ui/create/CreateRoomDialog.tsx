import { type FormEvent, useId, useState } from "react";
import type { Access } from "../../matrix/rooms";
import { useChat } from "../../state/ChatContext";
import { chooseList } from "../../state/listChoice";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Dialog, Switch, TextField } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import { ErrorLine } from "../encryption/ErrorLine";
import { AccessChoice } from "./AccessChoice";
import styles from "./CreateRoom.module.css";
import { MoreOptions } from "./MoreOptions";
import { PictureButton } from "./PictureButton";
import { suggestAddress } from "./suggestAddress";

interface Wanted {
  readonly name: string;
  readonly topic: string;
  readonly access: Access;
  readonly address: string;
  readonly isEncrypted: boolean;
  readonly isFederated: boolean;
  readonly version: string;
  readonly picture: File | null;
}

/** A room: its name, and who can join. The rest can wait, or is under "More". */
export default function CreateRoomDialog() {
  return <CreateDialog isSpace={false} />;
}

/** The same for a room or a space. */
export function CreateDialog({ isSpace }: { readonly isSpace: boolean }) {
  const { client, openRoom } = useChat();
  const { close, text } = useDialog();
  const parent = text("spaceId");
  const space = useValue(client.rooms.room(parent));
  const formId = useId();
  const work = useWork();
  const [error, setError] = useState("");
  const [wanted, setWanted] = useState<Wanted>({
    name: "",
    topic: "",
    access: parent ? "restricted" : "invited",
    address: "",
    isEncrypted: client.canEncrypt,
    isFederated: true,
    version: "",
    picture: null,
  });
  const want = (changes: Partial<Wanted>) => setWanted((before) => ({ ...before, ...changes }));
  const isPublic = wanted.access === "public";
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (wanted.name.trim() === "") return setError(t("dialogs.create_need_name"));
    setError("");
    await work.act(async () => {
      const avatar = wanted.picture && (await client.media.upload(wanted.picture, { encrypt: false }));
      const address = wanted.address || suggestAddress(wanted.name);
      const roomId = await client.rooms.create({
        name: wanted.name,
        topic: wanted.topic,
        access: wanted.access,
        isPublished: isPublic,
        isSpace,
        isEncrypted: wanted.isEncrypted && !isPublic,
        isFederated: wanted.isFederated,
        ...(isPublic && address && { aliasLocalpart: address }),
        ...(wanted.version && { version: wanted.version }),
        ...(avatar && { avatarUrl: avatar.mxc }),
        ...(parent && { parent }),
      });
      close();
      if (isSpace) chooseList(client.userId, { space: roomId });
      else openRoom(roomId);
    });
  };
  return (
    <Dialog
      open
      onClose={close}
      title={t(isSpace ? "dialogs.create_space_title" : "dialogs.create_room_title")}
      {...(space && { description: t("dialogs.create_in_space", space.name) })}
      actions={
        <>
          <Button onClick={close}>{t("dialogs.cancel")}</Button>
          <Button kind="primary" type="submit" form={formId} busy={work.busy}>
            {t(isSpace ? "dialogs.create_submit_space" : "dialogs.create_submit_room")}
          </Button>
        </>
      }
    >
      <form id={formId} className={styles.form} onSubmit={submit}>
        <ErrorLine error={error || work.error} />
        <div className={styles.name}>
          <PictureButton picture={wanted.picture} onChoose={(picture) => want({ picture })} />
          <TextField
            autoFocus
            label={t("dialogs.create_name")}
            placeholder={isSpace ? "" : t("dialogs.create_name_hint")}
            maxLength={255}
            value={wanted.name}
            onChange={(name) => want({ name })}
          />
        </div>
        <TextField
          label={t("dialogs.create_topic")}
          value={wanted.topic}
          onChange={(topic) => want({ topic })}
        />
        <AccessChoice
          value={wanted.access}
          spaceName={space?.name ?? ""}
          onChange={(access) => want({ access })}
        />
        {isPublic && (
          <TextField
            label={t("dialogs.create_alias")}
            placeholder={suggestAddress(wanted.name)}
            maxLength={200}
            value={wanted.address}
            onChange={(address) => want({ address: suggestAddress(address) })}
          />
        )}
        {!isSpace && (
          <Switch
            label={t("dialogs.create_encrypted")}
            hint={t(isPublic ? "dialogs.create_encrypted_public" : "dialogs.create_encrypted_text")}
            checked={wanted.isEncrypted && !isPublic}
            disabled={isPublic || !client.canEncrypt}
            onChange={(isEncrypted) => want({ isEncrypted })}
          />
        )}
        <MoreOptions isFederated={wanted.isFederated} version={wanted.version} onChange={want} />
      </form>
    </Dialog>
  );
}
