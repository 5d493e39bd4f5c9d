import { type FormEvent, useState } from "react";
import { type MediaPolicy, setPreferences } from "../../matrix/settings/preferences";
import { useClient } from "../../state/ChatContext";
import { usePreferences } from "../../state/usePreferences";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Group } from "../account/Group";
import { SettingRow } from "../account/SettingRow";
import { Button, ListRow, Select, Switch, TextField } from "../controls";
import { MediaAvatar } from "../shell/MediaAvatar";
import { SettingsContent } from "./SettingsContent";
import styles from "./settings.module.css";

/** What others, and servers, learn about one. */
export default function PrivacySettings() {
  const chosen = usePreferences();
  return (
    <SettingsContent lead={t("settings.privacy_lead")}>
      <Group>
        <Switch
          label={t("settings.privacy_receipts")}
          hint={t("settings.privacy_receipts_text")}
          checked={chosen.publicReceipts}
          onChange={(publicReceipts) => setPreferences({ publicReceipts })}
        />
        <Switch
          label={t("settings.privacy_typing")}
          checked={chosen.sendTyping}
          onChange={(sendTyping) => setPreferences({ sendTyping })}
        />
      </Group>
      <Group>
        <Switch
          label={t("settings.privacy_previews")}
          hint={t("settings.privacy_previews_text")}
          checked={chosen.linkPreviews}
          onChange={(linkPreviews) => setPreferences({ linkPreviews })}
        />
        <Switch
          label={t("settings.privacy_previews_encrypted")}
          checked={chosen.linkPreviewsEncrypted}
          disabled={!chosen.linkPreviews}
          onChange={(linkPreviewsEncrypted) => setPreferences({ linkPreviewsEncrypted })}
        />
        <SettingRow title={t("settings.privacy_media")}>
          <div className={styles.select}>
            <Select<MediaPolicy>
              label={t("settings.privacy_media")}
              labelHidden
              value={chosen.loadMedia}
              onChange={(loadMedia) => setPreferences({ loadMedia })}
              options={[
                { value: "always", label: t("settings.privacy_media_always") },
                { value: "private", label: t("settings.privacy_media_private") },
                { value: "never", label: t("settings.privacy_media_never") },
              ]}
            />
          </div>
        </SettingRow>
        <SettingRow title={t("settings.privacy_invites")}>
          <div className={styles.select}>
            <Select<"show" | "hide">
              label={t("settings.privacy_invites")}
              labelHidden
              value={chosen.invitePictures ? "show" : "hide"}
              onChange={(value) => setPreferences({ invitePictures: value === "show" })}
              options={[
                { value: "show", label: t("settings.privacy_invites_show") },
                { value: "hide", label: t("settings.privacy_invites_hide_pictures") },
              ]}
            />
          </div>
        </SettingRow>
      </Group>
      <Ignored />
      <Group title={t("settings.privacy_history")}>
        <p className={styles.muted}>{t("settings.privacy_history_text")}</p>
      </Group>
    </SettingsContent>
  );
}

/** People of whom one sees nothing, and a field for one more. */
function Ignored() {
  const { people } = useClient();
  const ignored = useValue(people.ignored);
  const [wanted, setWanted] = useState("");
  const work = useWork();
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (await work.act(() => people.ignore(wanted.trim()))) setWanted("");
  };
  return (
    <Group title={t("settings.privacy_ignored")} text={t("settings.privacy_ignored_text")}>
      {ignored.length === 0 ? (
        <p className={styles.muted}>{t("settings.privacy_ignored_none")}</p>
      ) : (
        <div className={styles.rows}>
          {ignored.map((userId) => {
            const person = people.known(userId);
            return (
              <ListRow
                key={userId}
                start={<MediaAvatar id={userId} name={person.name} picture={null} />}
                title={person.name}
                text={person.name === userId ? "" : userId}
                end={
                  <Button disabled={work.busy} onClick={() => void work.act(() => people.unignore(userId))}>
                    {t("settings.privacy_unignore")}
                  </Button>
                }
              />
            );
          })}
        </div>
      )}
      <form className={styles.inline} onSubmit={add}>
        <TextField
          label={t("settings.privacy_ignore_add")}
          labelHidden
          placeholder={t("settings.privacy_ignore_field")}
          value={wanted}
          error={work.error}
          onChange={(value) => {
            setWanted(value);
            work.clearError();
          }}
        />
        <Button type="submit" disabled={wanted.trim() === ""} busy={work.busy}>
          {t("settings.privacy_ignore_add")}
        </Button>
      </form>
    </Group>
  );
}
