import { useClient } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Switch } from "../controls";

/** Whether only devices count that their owners have verified. */
export function VerifiedOnlyRow() {
  const { crypto } = useClient();
  return (
    <Switch
      label={t("settings.encryption_verified_only")}
      hint={t("account.verified_only_text")}
      checked={useValue(crypto.verifiedOnly)}
      onChange={(only) => crypto.setVerifiedOnly(only)}
    />
  );
}
