import { type RoomLevel, roomLevel } from "../../matrix/push";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Group } from "../account/Group";
import { SettingRow } from "../account/SettingRow";
import { Button } from "../controls";
import type { RoomPageProps } from "./pageProps";
import { RadioGroup } from "./RadioGroup";
import { RoomPage } from "./RoomPage";

const HOURS = [
  { hours: 1, word: "dialogs.mute_hour" },
  { hours: 8, word: "dialogs.mute_8_hours" },
  { hours: 24, word: "dialogs.mute_day" },
] as const;

/** How much a room notifies, for oneself alone. */
export function NotificationsPage({ roomId }: RoomPageProps) {
  const { push, rooms } = useChat().client;
  const level = roomLevel(useValue(push.rules), roomId);
  const work = useWork();
  return (
    <RoomPage lead={t("dialogs.room_notify_lead")} error={work.error}>
      <Group>
        <RadioGroup<RoomLevel>
          label={t("dialogs.room_page_notifications")}
          labelHidden
          value={level}
          disabled={work.busy}
          onChange={(chosen) => void work.act(() => push.setRoomLevel(roomId, chosen))}
          options={[
            {
              value: "default",
              label: t("dialogs.room_notify_default"),
              hint: t("dialogs.room_notify_default_text"),
            },
            { value: "all", label: t("dialogs.room_notify_all") },
            { value: "mentions", label: t("dialogs.room_notify_mentions") },
            { value: "mute", label: t("dialogs.room_notify_mute") },
          ]}
        />
        <SettingRow title={t("dialogs.mute_for")}>
          {HOURS.map(({ hours, word }) => (
            <Button
              key={hours}
              disabled={work.busy}
              onClick={() => void work.act(() => rooms.mute(roomId, hours))}
            >
              {t(word)}
            </Button>
          ))}
        </SettingRow>
      </Group>
    </RoomPage>
  );
}
