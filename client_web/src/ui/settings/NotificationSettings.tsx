import { isSilent, type Loudness, TOPICS, topicLoudness } from "../../matrix/push";
import { setPreferences } from "../../matrix/settings/preferences";
import { useClient } from "../../state/ChatContext";
import { usePreferences } from "../../state/usePreferences";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t, type WordId } from "../../words";
import { Group } from "../account/Group";
import { SettingRow } from "../account/SettingRow";
import { WebPushRow } from "../account/WebPushRow";
import { Switch } from "../controls";
import { Segmented } from "../search/Segmented";
import { BrowserNotifications } from "./BrowserNotifications";
import { Keywords } from "./Keywords";
import { RoomsWithLevel } from "./RoomsWithLevel";
import { SettingsContent } from "./SettingsContent";

const TOPIC_WORDS: Readonly<Record<(typeof TOPICS)[number], WordId>> = {
  direct: "settings.notifications_direct",
  rooms: "settings.notifications_rooms",
  mention: "settings.notifications_mentions",
  room_mention: "settings.notifications_room_mentions",
  invite: "settings.notifications_invites",
  notice: "settings.notifications_bots",
  call: "settings.notifications_calls",
  upgrade: "settings.notifications_upgrades",
};

/** What may call for one's attention. */
export default function NotificationSettings() {
  const { push } = useClient();
  const rules = useValue(push.rules);
  const chosen = usePreferences();
  const work = useWork();
  const isOn = !isSilent(rules);
  return (
    <SettingsContent lead={t("settings.notifications_lead")} error={work.error}>
      <Group>
        <Switch
          label={t("settings.notifications_on")}
          hint={t("settings.notifications_on_text")}
          checked={isOn}
          disabled={work.busy}
          onChange={(wanted) => void work.act(() => push.setSilent(!wanted))}
        />
        <BrowserNotifications />
        <WebPushRow />
        <Switch
          label={t("settings.notifications_content")}
          hint={t("settings.notifications_content_text")}
          checked={chosen.notificationContent}
          disabled={!chosen.notifications}
          onChange={(notificationContent) => setPreferences({ notificationContent })}
        />
        <Switch
          label={t("settings.notifications_sound")}
          checked={chosen.notificationSound}
          disabled={!chosen.notifications}
          onChange={(notificationSound) => setPreferences({ notificationSound })}
        />
      </Group>
      <Group title={t("settings.notifications_rules")}>
        {TOPICS.map((topic) => (
          <SettingRow key={topic} title={t(TOPIC_WORDS[topic])}>
            <Segmented<Loudness>
              label={t(TOPIC_WORDS[topic])}
              value={topicLoudness(rules, topic)}
              disabled={!isOn || work.busy}
              onChange={(loudness) => void work.act(() => push.setTopic(topic, loudness))}
              options={[
                { value: "off", label: t("settings.notifications_level_off") },
                { value: "on", label: t("settings.notifications_level_on") },
                ...(topic === "notice"
                  ? []
                  : [{ value: "loud" as const, label: t("settings.notifications_level_loud") }]),
              ]}
            />
          </SettingRow>
        ))}
      </Group>
      <Keywords work={work} />
      <RoomsWithLevel />
    </SettingsContent>
  );
}
