import { useEffect } from "react";
import { useChat } from "../../../state/ChatContext";
import { canForward, canRemove, pickedOf, textOf } from "../../../state/picks";
import { useValue } from "../../../state/useValue";
import { t } from "../../../words";
import { Button, IconButton, showToast } from "../../controls";
import { act } from "../../shell/act";
import { useConversation } from "../Conversation";
import styles from "./SelectionBar.module.css";

/** What can be done to the messages that were picked; stands where the composer is. */
export function SelectionBar() {
  const { openDialog } = useChat();
  const { picks, timeline, roomId } = useConversation();
  const keys = useValue(picks.keys);
  const { items } = useValue(timeline.snapshot);
  const picked = pickedOf(items, keys);
  const eventIds = picked.map((item) => item.eventId);
  useEffect(() => {
    const end = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !event.defaultPrevented) picks.clear();
    };
    window.addEventListener("keydown", end);
    return () => window.removeEventListener("keydown", end);
  }, [picks]);
  const copy = async (): Promise<void> => {
    if (!(await act(navigator.clipboard.writeText(textOf(picked))))) return;
    showToast(t("chat.copied_text"));
    picks.clear();
  };
  const ask = (kind: "forward" | "remove") => (): void => {
    openDialog({ kind, roomId, eventIds, onDone: () => picks.clear() });
  };
  const count = t("main.select.count", { n: picked.length });
  return (
    <div className={styles.bar} role="toolbar" aria-label={count} data-area="composer">
      <span className={styles.count} role="status">
        {count}
      </span>
      <IconButton
        icon="copy"
        label={t("main.select.copy")}
        disabled={picked.length === 0}
        onClick={() => void copy()}
      />
      <IconButton
        icon="forward"
        label={t("main.select.forward")}
        disabled={!canForward(picked)}
        onClick={ask("forward")}
      />
      <IconButton
        icon="trash-2"
        kind="danger"
        label={t("main.select.remove")}
        disabled={!canRemove(picked)}
        onClick={ask("remove")}
      />
      <Button onClick={() => picks.clear()}>{t("main.select.cancel")}</Button>
    </div>
  );
}
