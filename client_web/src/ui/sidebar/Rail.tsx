import { useLocation } from "wouter";
import { useChat } from "../../state/ChatContext";
import { chooseList, listChoice } from "../../state/listChoice";
import { spaceRows, totalsOf } from "../../state/roomRows";
import { keysText } from "../../state/shortcuts";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { AccountButton } from "./AccountButton";
import styles from "./Rail.module.css";
import { RailButton } from "./RailButton";
import { SpaceButton } from "./SpaceButton";

/** Home, the spaces, and below what belongs to the whole account. */
export function Rail() {
  const { client, openDialog } = useChat();
  const [, navigate] = useLocation();
  const rooms = useValue(client.rooms.list);
  const { space } = useValue(listChoice(client.userId));
  const choose = (id: string) => chooseList(client.userId, { space: id });
  const isHome = space === "";
  const all = totalsOf(rooms.filter((room) => room.section !== "hidden"));
  return (
    <nav className={styles.rail} aria-label={t("main.rail")}>
      <RailButton
        label={t("main.home")}
        keys={keysText("goHome")}
        icon="house"
        isCurrent={isHome}
        unread={isHome ? 0 : all.unread}
        mentions={isHome ? 0 : all.mentions}
        onClick={() => choose("")}
      />
      <hr className={styles.line} />
      <ul className={styles.spaces}>
        {spaceRows(rooms, space).map((row) => (
          <li
            key={[...row.around, row.space.id].join(" ")}
            className={row.around.length > 0 ? styles.inner : undefined}
          >
            <SpaceButton row={row} isCurrent={row.space.id === space} onChoose={() => choose(row.space.id)} />
          </li>
        ))}
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
