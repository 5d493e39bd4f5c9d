import { t } from "../../words";
import { KeyTable } from "./KeyTable";
import { SettingsContent } from "./SettingsContent";

/** Every key there is. */
export default function KeyboardSettings() {
  return (
    <SettingsContent lead={t("settings.keyboard_lead")}>
      <KeyTable words="" />
    </SettingsContent>
  );
}
