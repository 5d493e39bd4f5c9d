import { lazy, Suspense, useRef, useState } from "react";
import { useChat } from "../../state/ChatContext";
import { listChoice } from "../../state/listChoice";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { BrowserNotices } from "../pages/BrowserNotices";
import { FilterButton } from "./FilterButton";
import { FindField } from "./FindField";
import { NewButton } from "./NewButton";
import { OfflineLine } from "./OfflineLine";
import { RoomList, type RoomListHandle } from "./RoomList";
import styles from "./Sidebar.module.css";

const EncryptionBanner = lazy(() => import("../encryption/EncryptionBanner"));

/** The rooms of the account or of the chosen space, in sections. */
export function Sidebar() {
  const { client, roomId } = useChat();
  const choice = useValue(listChoice(client.userId));
  const space = useValue(client.rooms.room(choice.space));
  const [words, setWords] = useState("");
  // The page is about the room that is open, or else about this list.
  const Title = roomId === null ? "h1" : "h2";
  const list = useRef<RoomListHandle>(null);
  return (
    <section className={styles.sidebar} aria-label={t("main.list.rooms")} data-area="list">
      <header className={styles.head}>
        <Title className={styles.title}>{space?.name ?? t("main.home")}</Title>
        <NewButton space={space} />
      </header>
      <div className={styles.find}>
        <FindField
          words={words}
          onChange={setWords}
          onDown={() => list.current?.focusFirst()}
          onEnter={() => {
            list.current?.openFirst();
            setWords("");
          }}
        />
        <FilterButton />
      </div>
      <div className={styles.banner}>
        <Suspense fallback={null}>
          <EncryptionBanner />
        </Suspense>
        <BrowserNotices />
      </div>
      <RoomList ref={list} words={words} />
      <OfflineLine />
    </section>
  );
}
