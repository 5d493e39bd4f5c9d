import { useState } from "react";
import { useClient } from "../../state/ChatContext";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Group } from "../account/Group";
import { Switch } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";
import { SavedField } from "./SavedField";

/** Whether one is seen to be there, and what one says about it. */
export function PresenceGroup() {
  const { people, userId } = useClient();
  const work = useWork();
  const [known, setKnown] = useState(() => people.presence(userId));
  const [isShown, setShown] = useState(known?.state !== "offline");
  const message = known?.statusMessage ?? "";
  const save = async (shown: boolean, text: string) => {
    setShown(shown);
    const state = shown ? "online" : "offline";
    const isSaved = await work.act(() => people.setPresence(state, text));
    if (isSaved) setKnown({ state, statusMessage: text, isActiveNow: shown });
    else setShown(!shown);
  };
  return (
    <Group>
      <Switch
        label={t("settings.profile_presence")}
        hint={t("settings.profile_presence_text")}
        checked={isShown}
        onChange={(shown) => void save(shown, message)}
      />
      <SavedField
        label={t("settings.profile_status")}
        placeholder={t("settings.profile_status_hint")}
        value={message}
        maxLength={255}
        onSave={(text) => save(isShown, text)}
      />
      {work.error && <ErrorLine error={work.error} />}
    </Group>
  );
}
