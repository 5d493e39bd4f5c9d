import { type FormEvent, useEffect, useRef, useState } from "react";
import { useClient } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, IconButton, showToast, TextField } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";
import { MediaAvatar } from "../shell/MediaAvatar";
import styles from "./account.module.css";
import { Group } from "./Group";
import { SettingRow } from "./SettingRow";
import { useCapabilities } from "./useCapabilities";

const MAX_NAME = 255;

/** What others see of one: name and picture. */
export function ProfileContent() {
  const client = useClient();
  const profile = useValue(client.people.own);
  const { canSetName, canSetPicture } = useCapabilities();
  const { act, busy, error } = useWork();
  const shownName = profile.name === client.userId ? "" : profile.name;
  const [name, setName] = useState(shownName);
  useEffect(() => setName(shownName), [shownName]);

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await act(() => client.people.setName(name.trim())))
      showToast(t("account.saved"), { kind: "success" });
  };
  return (
    <div className={styles.page}>
      <p className={styles.lead}>{t("settings.profile_lead")}</p>
      <ErrorLine error={error} />
      <Group>
        <Picture canChange={canSetPicture} />
        <form className={styles.inline} onSubmit={save}>
          <TextField
            label={t("settings.profile_name")}
            placeholder={t("settings.profile_name_hint")}
            autoComplete="nickname"
            maxLength={MAX_NAME}
            disabled={!canSetName}
            value={name}
            onChange={setName}
          />
          <Button
            type="submit"
            kind="primary"
            busy={busy}
            disabled={!canSetName || name.trim() === shownName}
          >
            {t("settings.save")}
          </Button>
        </form>
        <SettingRow title={t("settings.profile_user_id")} text={client.userId}>
          <IconButton
            icon="copy"
            label={t("settings.copy")}
            onClick={() =>
              void navigator.clipboard.writeText(client.userId).then(() => showToast(t("control.copied")))
            }
          />
        </SettingRow>
        <SettingRow title={t("settings.account_server")} text={client.homeserverUrl} />
      </Group>
    </div>
  );
}

function Picture({ canChange }: { readonly canChange: boolean }) {
  const { people, account } = useClient();
  const profile = useValue(people.own);
  const { act, busy, error } = useWork();
  const picker = useRef<HTMLInputElement>(null);
  const choose = (file: File | undefined): void => {
    if (file === undefined) return;
    void act(async () => people.setAvatar(await account.uploadPicture(file)));
  };
  return (
    <div className={styles.picture}>
      <MediaAvatar id={profile.userId} name={profile.name} picture={profile.avatar} size="large" />
      <div className={styles.end}>
        <Button icon="camera" busy={busy} disabled={!canChange} onClick={() => picker.current?.click()}>
          {t("settings.profile_picture_change")}
        </Button>
        {profile.avatar !== null && canChange && (
          <Button kind="quiet" onClick={() => act(() => people.setAvatar(null))}>
            {t("settings.profile_picture_remove")}
          </Button>
        )}
      </div>
      <input
        ref={picker}
        type="file"
        hidden
        accept="image/*"
        aria-label={t("settings.profile_picture_change")}
        onChange={(event) => choose(event.target.files?.[0])}
      />
      <ErrorLine error={error} />
    </div>
  );
}
