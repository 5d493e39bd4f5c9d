import { Link, useLocation } from "wouter";
import { useAuth } from "../../state/AuthContext";
import { useClient } from "../../state/ChatContext";
import { t } from "../../words";
import { Group } from "../account/Group";
import { SettingRow } from "../account/SettingRow";
import { Button } from "../controls";
import { SettingsContent } from "./SettingsContent";
import { signOut } from "./signOut";

/** Where the account lives, the way to its own pages, and the way out. */
export default function AccountSettings() {
  const client = useClient();
  const auth = useAuth();
  const [, navigate] = useLocation();
  return (
    <SettingsContent lead={t("settings.account_lead")}>
      <Group>
        <SettingRow title={t("settings.profile_user_id")} text={client.userId} />
        <SettingRow title={t("settings.account_server")} text={client.homeserverUrl} />
        <SettingRow title={t("rooms.settings_everything")} text={t("rooms.account_text")}>
          <Link href="/account/security" asChild>
            <Button>{t("dialogs.directory_open")}</Button>
          </Link>
        </SettingRow>
      </Group>
      <Group>
        <SettingRow title={t("settings.account_sign_out")} text={t("settings.account_sign_out_text")}>
          <Button
            kind="caution"
            onClick={async () => {
              if (await signOut(client, auth)) navigate("/");
            }}
          >
            {t("settings.account_sign_out")}
          </Button>
        </SettingRow>
      </Group>
    </SettingsContent>
  );
}
