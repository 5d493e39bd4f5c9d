import { useState } from "react";
import { type Density, setPreferences, type Theme } from "../../matrix/settings/preferences";
import { usePreferences } from "../../state/usePreferences";
import { t } from "../../words";
import { Group } from "../account/Group";
import { SettingRow } from "../account/SettingRow";
import { Select, Switch } from "../controls";
import { Segmented } from "../search/Segmented";
import { SettingsContent } from "./SettingsContent";
import styles from "./settings.module.css";

/** How Parlour looks in this browser. */
export default function AppearanceSettings() {
  const chosen = usePreferences();
  return (
    <SettingsContent lead={t("settings.appearance_lead")}>
      <Group>
        <SettingRow title={t("settings.appearance_theme")}>
          <Segmented<Theme>
            label={t("settings.appearance_theme")}
            value={chosen.theme}
            onChange={(theme) => setPreferences({ theme })}
            options={[
              { value: "system", label: t("settings.appearance_theme_system") },
              { value: "light", label: t("settings.appearance_theme_light") },
              { value: "dark", label: t("settings.appearance_theme_dark") },
            ]}
          />
        </SettingRow>
        <SettingRow title={t("settings.appearance_density")}>
          <Segmented<Density>
            label={t("settings.appearance_density")}
            value={chosen.density}
            onChange={(density) => setPreferences({ density })}
            options={[
              { value: "compact", label: t("settings.appearance_density_compact") },
              { value: "cosy", label: t("settings.appearance_density_cosy") },
              { value: "roomy", label: t("settings.appearance_density_roomy") },
            ]}
          />
        </SettingRow>
        <Zoom />
        <SettingRow title={t("settings.appearance_language")}>
          <div className={styles.select}>
            <Select<"system" | "en" | "de">
              label={t("settings.appearance_language")}
              labelHidden
              value={chosen.language || "system"}
              onChange={(language) => setPreferences({ language: language === "system" ? "" : language })}
              options={[
                { value: "system", label: t("settings.appearance_language_system") },
                { value: "en", label: "English" },
                { value: "de", label: "Deutsch" },
              ]}
            />
          </div>
        </SettingRow>
        <Switch
          label={t("settings.appearance_motion")}
          hint={t("settings.appearance_motion_text")}
          checked={chosen.reducedMotion}
          onChange={(reducedMotion) => setPreferences({ reducedMotion })}
        />
      </Group>
      <Group title={t("settings.appearance_timeline")}>
        <Switch
          label={t("settings.appearance_joins")}
          checked={chosen.showJoins}
          onChange={(showJoins) => setPreferences({ showJoins })}
        />
        <Switch
          label={t("settings.appearance_names")}
          checked={chosen.showProfileChanges}
          onChange={(showProfileChanges) => setPreferences({ showProfileChanges })}
        />
        <Switch
          label={t("settings.appearance_emoji")}
          checked={chosen.largeEmoji}
          onChange={(largeEmoji) => setPreferences({ largeEmoji })}
        />
        <Switch
          label={t("settings.appearance_autoplay")}
          checked={chosen.autoplay}
          onChange={(autoplay) => setPreferences({ autoplay })}
        />
      </Group>
    </SettingsContent>
  );
}

/** The size of everything; it changes when the handle is let go, which would move away from the pointer else. */
function Zoom() {
  const { zoom } = usePreferences();
  const [shown, setShown] = useState(zoom);
  const save = () => setPreferences({ zoom: shown });
  return (
    <SettingRow title={t("settings.appearance_zoom")} text={t("settings.appearance_zoom_text")}>
      <input
        type="range"
        className={styles.slider}
        aria-label={t("settings.appearance_zoom")}
        min={0.8}
        max={2}
        step={0.1}
        value={shown}
        onChange={(event) => setShown(Number(event.target.value))}
        onPointerUp={save}
        onKeyUp={save}
      />
      <output className={styles.percent}>{Math.round(shown * 100)} %</output>
    </SettingRow>
  );
}
