import { version } from "../../../package.json";
import { setPreferences } from "../../matrix/settings/preferences";
import { useClient } from "../../state/ChatContext";
import { sizeText } from "../../state/chatTimes";
import { useLoaded } from "../../state/useLoaded";
import { usePreferences } from "../../state/usePreferences";
import { t } from "../../words";
import { Group } from "../account/Group";
import { SettingRow } from "../account/SettingRow";
import { Button, Switch } from "../controls";
import { MatrixLinks } from "./MatrixLinks";
import { SettingsContent } from "./SettingsContent";
import styles from "./settings.module.css";

/** What this is, what it is connected to, and what it keeps here. */
export default function AboutSettings() {
  const client = useClient();
  const chosen = usePreferences();
  const server = useLoaded(() => client.settings.serverSoftware(), client.homeserverUrl);
  return (
    <SettingsContent lead={t("settings.about_lead")}>
      <Group>
        <SettingRow title="Parlour" text={version} />
        <SettingRow title={t("settings.about_server_url")} text={client.homeserverUrl} />
        {server.value && <SettingRow title={t("settings.about_server")} text={server.value} />}
      </Group>
      <Storage />
      <Group>
        <MatrixLinks />
        <Switch
          label={t("settings.about_developer")}
          hint={t("settings.about_developer_text")}
          checked={chosen.developerTools}
          onChange={(developerTools) => setPreferences({ developerTools })}
        />
      </Group>
      <Group title={t("settings.about_licences")}>
        <p className={styles.muted}>{t("settings.about_licence_text")}</p>
      </Group>
    </SettingsContent>
  );
}

/** How much is stored here, and whether the browser may delete it. */
function Storage() {
  const stored = useLoaded(async () => {
    const estimate = await navigator.storage?.estimate();
    return { bytes: estimate?.usage ?? 0, isKept: (await navigator.storage?.persisted()) ?? false };
  }, "");
  if (!stored.value) return null;
  const { bytes, isKept } = stored.value;
  return (
    <Group>
      <SettingRow title={t("rooms.storage")} text={t("rooms.storage_text", sizeText(bytes))} />
      <SettingRow title={t(isKept ? "rooms.storage_kept" : "rooms.storage_not_kept")}>
        {!isKept && (
          <Button
            onClick={async () => {
              await navigator.storage.persist();
              await stored.reload();
            }}
          >
            {t("rooms.storage_keep")}
          </Button>
        )}
      </SettingRow>
    </Group>
  );
}
