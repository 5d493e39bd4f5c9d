import { useState } from "react";
import { errorWords } from "../../matrix/errors";
import { useClient } from "../../state/ChatContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { Banner, Dialog, Select, Skeleton } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import styles from "./RoomStateDialog.module.css";

/** What is set in a room, event by event as the server has it: for developers. */
export default function RoomStateDialog() {
  const { rooms } = useClient();
  const { close, text } = useDialog();
  const roomId = text("roomId");
  const state = useLoaded(() => rooms.wholeState(roomId), roomId);
  const [chosen, choose] = useState(0);
  const entries = state.value ?? [];
  return (
    <Dialog open onClose={close} size="wide" title={t("main.source.state")}>
      {state.error !== undefined && <Banner kind="danger">{errorWords(state.error)}</Banner>}
      {state.isLoading && <Skeleton rows={5} />}
      {entries.length > 0 && (
        <Select
          label={t("main.source.state")}
          labelHidden
          value={chosen}
          onChange={choose}
          options={entries.map((entry, value) => ({
            value,
            label: entry.stateKey ? `${entry.type} · ${entry.stateKey}` : entry.type,
          }))}
        />
      )}
      {entries[chosen] && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
        <pre className={styles.source} dir="ltr" tabIndex={0}>
          {JSON.stringify(entries[chosen].event, null, 2)}
        </pre>
      )}
    </Dialog>
  );
}
