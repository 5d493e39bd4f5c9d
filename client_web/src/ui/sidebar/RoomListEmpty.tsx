import { useChat } from "../../state/ChatContext";
import { chooseList, listChoice } from "../../state/listChoice";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Button, EmptyState, Skeleton } from "../controls";
import styles from "./RoomListEmpty.module.css";

/** What stands where no room is, and what to do next. */
export function RoomListEmpty({ hasWords }: { readonly hasWords: boolean }) {
  const { client, openDialog } = useChat();
  const { filter } = useValue(listChoice(client.userId));
  const sync = useValue(client.sync);
  if (sync === "starting") {
    return (
      <div className={styles.empty}>
        <Skeleton rows={8} pictures />
      </div>
    );
  }
  if (hasWords || filter !== "all") {
    const showAll = (
      <Button onClick={() => chooseList(client.userId, { filter: "all" })}>{t("main.list.show_all")}</Button>
    );
    return (
      <div className={styles.empty}>
        <EmptyState
          icon="search"
          title={t("main.list.nothing")}
          text={t("main.list.nothing_text")}
          action={filter !== "all" && showAll}
        />
      </div>
    );
  }
  return (
    <div className={styles.empty}>
      <EmptyState
        icon="message-square-plus"
        title={t("main.list.empty")}
        text={t("main.list.empty_text")}
        action={
          <Button kind="primary" onClick={() => openDialog({ kind: "newDirect" })}>
            {t("main.list.new_direct")}
          </Button>
        }
      />
    </div>
  );
}
