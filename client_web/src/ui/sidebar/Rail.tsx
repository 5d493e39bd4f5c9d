import { useLocation } from "wouter";
import { useChat } from "../../state/ChatContext";
import { chooseList, listChoice } from "../../state/listChoice";
import { spaceRows, waitingIn } from "../../state/roomRows";
import { keysText } from "../../state/shortcuts";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { AccountButton } from "./AccountButton";
import styles from "./Rail.module.css";
import { RailButton } from "./RailButton";
import { SpaceButton } from "./SpaceButton";

/** Home, the spaces, and below what belongs to the whole account. */
export function Rail() {
  const { openDialog } = useChat();
  const [, navigate] = useLocation();
  return (
    <nav className={styles.rail} aria-label={t("main.rail")}>
      <Home />
      <hr className={styles.line} />
      <ul className={styles.spaces}>
        <Spaces />
        <li>
          <RailButton
            label={t("main.rail.add_space")}
            icon="plus"
            onClick={() => openDialog({ kind: "createSpace" })}
          />
        </li>
      </ul>
      <div className={styles.below}>
        <RailButton
          label={t("main.rail.explore")}
          keys={keysText("explore")}
          icon="compass"
          onClick={() => openDialog({ kind: "directory" })}
        />
        <RailButton
          label={t("main.rail.settings")}
          keys={keysText("settings")}
          icon="settings"
          onClick={() => navigate("/settings")}
        />
        <AccountButton />
      </div>
    </nav>
  );
}

function Home() {
  const { client } = useChat();
  const isHome = useValue(listChoice(client.userId), (choice) => choice.space === "");
  const unread = useValue(client.rooms.list, (rooms) => (isHome ? 0 : waitingIn(rooms).unread));
  const mentions = useValue(client.rooms.list, (rooms) => (isHome ? 0 : waitingIn(rooms).mentions));
  return (
    <RailButton
      label={t("main.home")}
      keys={keysText("goHome")}
      icon="house"
      isCurrent={isHome}
      unread={unread}
      mentions={mentions}
      onClick={() => chooseList(client.userId, { space: "" })}
    />
  );
}

function Spaces() {
  const { client } = useChat();
  const rooms = useValue(client.rooms.list);
  const { space } = useValue(listChoice(client.userId));
  return spaceRows(rooms, space).map((row) => (
    <li
      key={[...row.around, row.space.id].join(" ")}
      className={row.around.length > 0 ? styles.inner : undefined}
    >
      <SpaceButton
        space={row.space}
        unread={row.unread}
        mentions={row.mentions}
        isCurrent={row.space.id === space}
      />
    </li>
  ));
}
