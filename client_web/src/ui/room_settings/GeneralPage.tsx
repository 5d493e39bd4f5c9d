import { type FormEvent, useEffect, useRef, useState } from "react";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { useWork, type Work } from "../../state/useWork";
import { t } from "../../words";
import { Group } from "../account/Group";
import { SettingRow } from "../account/SettingRow";
import { Button, TextArea } from "../controls";
import { SavedField } from "../settings/SavedField";
import { MediaAvatar } from "../shell/MediaAvatar";
import type { RoomPageProps } from "./pageProps";
import { RoomPage } from "./RoomPage";
import styles from "./RoomSettings.module.css";

/** What a room is called, what it is about, how it looks. */
export function GeneralPage({ roomId }: RoomPageProps) {
  const chat = useChat();
  const { rooms } = chat.client;
  const details = useValue(rooms.details(roomId));
  const rights = useValue(rooms.rights(roomId));
  const room = useValue(rooms.room(roomId));
  const work = useWork();
  const mayAnything = ["m.room.name", "m.room.topic", "m.room.avatar"].some((type) => rights.maySet(type));
  const leave = () => chat.openDialog({ kind: "leaveRoom", roomId });
  return (
    <RoomPage {...(!mayAnything && { lead: t("dialogs.room_no_right") })} error={work.error}>
      <Group>
        <Picture roomId={roomId} mayChange={rights.maySet("m.room.avatar")} work={work} />
        <SavedField
          label={t("dialogs.room_name")}
          value={details.name}
          placeholder={room?.name ?? ""}
          disabled={!rights.maySet("m.room.name")}
          maxLength={255}
          onSave={(name) => work.act(() => rooms.setName(roomId, name))}
        />
        <Topic
          value={details.topic}
          mayChange={rights.maySet("m.room.topic")}
          isBusy={work.busy}
          onSave={(topic) => void work.act(() => rooms.setTopic(roomId, topic))}
        />
      </Group>
      <Group>
        <SettingRow
          title={t(room?.isSpace ? "dialogs.space_leave" : "dialogs.room_leave")}
          text={t(
            details.joinRule === "public" ? "dialogs.room_leave_public_text" : "dialogs.room_leave_text",
          )}
        >
          <Button kind="caution" onClick={leave}>
            {t(room?.isSpace ? "dialogs.space_leave" : "dialogs.room_leave")}
          </Button>
        </SettingRow>
      </Group>
    </RoomPage>
  );
}

interface PictureProps extends RoomPageProps {
  readonly mayChange: boolean;
  readonly work: Work;
}

function Picture({ roomId, mayChange, work }: PictureProps) {
  const { client } = useChat();
  const room = useValue(client.rooms.room(roomId));
  const details = useValue(client.rooms.details(roomId));
  const files = useRef<HTMLInputElement>(null);
  const choose = (file: File | undefined) => {
    if (file === undefined) return;
    void work.act(async () => client.rooms.setPicture(roomId, await client.account.uploadPicture(file)));
  };
  return (
    <div className={styles.picture}>
      <MediaAvatar
        id={room?.directUser ?? roomId}
        name={room?.name ?? ""}
        picture={details.avatar ?? room?.avatar}
        size="large"
        shape={room?.isSpace ? "square" : "round"}
      />
      {mayChange && (
        <div className={styles.buttons}>
          <Button icon="camera" busy={work.busy} onClick={() => files.current?.click()}>
            {t("settings.profile_picture_change")}
          </Button>
          {details.avatar !== null && (
            <Button kind="quiet" onClick={() => void work.act(() => client.rooms.setPicture(roomId, null))}>
              {t("settings.profile_picture_remove")}
            </Button>
          )}
        </div>
      )}
      <input
        ref={files}
        type="file"
        hidden
        accept="image/*"
        aria-label={t("settings.profile_picture_change")}
        onChange={(event) => choose(event.target.files?.[0])}
      />
    </div>
  );
}

interface TopicProps {
  readonly value: string;
  readonly mayChange: boolean;
  readonly isBusy: boolean;
  readonly onSave: (topic: string) => void;
}

function Topic({ value, mayChange, isBusy, onSave }: TopicProps) {
  const [topic, setTopic] = useState(value);
  useEffect(() => setTopic(value), [value]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave(topic.trim());
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextArea
        label={t("dialogs.room_topic")}
        rows={3}
        value={topic}
        onChange={setTopic}
        disabled={!mayChange}
      />
      {mayChange && topic.trim() !== value && (
        <Button type="submit" kind="primary" busy={isBusy}>
          {t("dialogs.save")}
        </Button>
      )}
    </form>
  );
}
