import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { CONTENT_ID, classNames, SkipLink } from "../controls";
import { Guarded } from "../pages/Guarded";
import { SidePanel } from "../panel/SidePanel";
import { Rail } from "../sidebar/Rail";
import { Sidebar } from "../sidebar/Sidebar";
import styles from "./ChatPage.module.css";
import { RoomView } from "./RoomView";
import { useChatShortcuts } from "./useChatShortcuts";
import { useLinkFromOutside } from "./useLinkFromOutside";

/** Rail, rooms, conversation, panel. A window too narrow for all shows one of them at a time. */
export default function ChatPage() {
  const { client, roomId, panel } = useChat();
  const name = useValue(client.rooms.room(roomId ?? ""), (room) => room?.name);
  useChatShortcuts();
  useLinkFromOutside();
  // What the page is about: the room that is open, or else the list. Roles change, elements stay as they are.
  const hasPanel = panel !== null && roomId !== null;
  return (
    <div className={classNames(styles.page, roomId !== null && styles.inRoom, hasPanel && styles.withPanel)}>
      <SkipLink />
      <div className={styles.rail}>
        <Guarded>
          <Rail />
        </Guarded>
      </div>
      <div
        className={styles.list}
        role={roomId === null ? "main" : undefined}
        id={roomId === null ? CONTENT_ID : undefined}
        tabIndex={-1}
      >
        <Guarded>
          <Sidebar />
        </Guarded>
      </div>
      <section
        className={styles.room}
        role={roomId === null ? undefined : "main"}
        aria-label={name ?? t("main.none.title")}
        id={roomId === null ? undefined : CONTENT_ID}
        tabIndex={-1}
        data-area="room"
      >
        {roomId !== null && <h1 className="visually-hidden">{name ?? t("main.panel.info")}</h1>}
        <Guarded key={roomId}>
          <RoomView />
        </Guarded>
      </section>
      {hasPanel && (
        <aside className={styles.panel} data-area="panel">
          <Guarded key={`${roomId} ${panel.kind}`}>
            <SidePanel roomId={roomId} panel={panel} />
          </Guarded>
        </aside>
      )}
    </div>
  );
}
