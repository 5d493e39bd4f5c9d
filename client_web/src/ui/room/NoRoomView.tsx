import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Button, EmptyState } from "../controls";
import styles from "./RoomViews.module.css";

/** Nothing is open: choose something, or begin. */
export function NoRoomView() {
  const { client, openDialog } = useChat();
  const sync = useValue(client.sync);
  if (sync === "starting") return null;
  return (
    <div className={styles.view}>
      <EmptyState
        icon="messages-square"
        title={t("main.none.title")}
        text={t("main.none.text")}
        action={
          <div className={styles.buttons}>
            <Button onClick={() => openDialog({ kind: "directory" })}>{t("main.list.explore")}</Button>
            <Button kind="primary" onClick={() => openDialog({ kind: "newDirect" })}>
              {t("main.list.new_direct")}
            </Button>
          </div>
        }
      />
    </div>
  );
}
