import { setPreferences } from "../../matrix/settings/preferences";
import { usePreferences } from "../../state/usePreferences";
import { t } from "../../words";
import { Switch, showToast } from "../controls";
import { askForNotifications, mayNotify } from "../shell/useNotifications";

/** Whether this browser shows notifications; it asks the reader first. */
export function BrowserNotifications() {
  const chosen = usePreferences();
  const toggle = async (isWanted: boolean) => {
    if (isWanted && !(await askForNotifications())) {
      showToast(t(window.isSecureContext ? "rooms.notifications_blocked" : "rooms.notifications_insecure"), {
        kind: "error",
      });
      return;
    }
    setPreferences({ notifications: isWanted });
  };
  return (
    <Switch
      label={t("settings.notifications_desktop")}
      hint={window.isSecureContext ? undefined : t("rooms.notifications_insecure")}
      checked={chosen.notifications && mayNotify()}
      disabled={!window.isSecureContext}
      onChange={(isWanted) => void toggle(isWanted)}
    />
  );
}
