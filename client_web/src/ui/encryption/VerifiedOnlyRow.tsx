import { setPreferences } from "../../matrix/settings/preferences";
import { usePreferences } from "../../state/usePreferences";
import { t } from "../../words";
import { Switch } from "../controls";

/** Whether only devices count that their owners have verified. */
export function VerifiedOnlyRow() {
  const { verifiedOnly } = usePreferences();
  return (
    <Switch
      label={t("settings.encryption_verified_only")}
      hint={t("account.verified_only_text")}
      checked={verifiedOnly}
      onChange={(only) => setPreferences({ verifiedOnly: only })}
    />
  );
}
