import { Dialog } from "@base-ui/react/dialog";
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import type { RoomSummary } from "../../matrix/types";
import { useChat } from "../../state/ChatContext";
import { chooseList } from "../../state/listChoice";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Badge, Button, classNames, EmptyState, Icon, useOpener } from "../controls";
import { MediaAvatar } from "../shell/MediaAvatar";
import styles from "./QuickSwitcher.module.css";
import { switchRows } from "./switchRows";

/** A few letters and Return lead anywhere. */
export default function QuickSwitcher() {
  const { client, roomId, openRoom, openDialog } = useChat();
  const rooms = useValue(client.rooms.list);
  const [words, setWords] = useState("");
  const [wanted, setWanted] = useState(0);
  const id = useId();
  const opener = useOpener();
  const rows = useMemo(() => switchRows(rooms, words.trim(), roomId), [rooms, words, roomId]);
  const chosen = Math.min(wanted, rows.length - 1);
  const close = () => openDialog(null);
  const open = (room: RoomSummary | undefined) => {
    if (room === undefined) return;
    close();
    if (room.isSpace) chooseList(client.userId, { space: room.id });
    else openRoom(room.id);
  };
  const step = (by: number) => {
    const next = (chosen + by + rows.length) % Math.max(1, rows.length);
    setWanted(next);
    document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter" && !event.nativeEvent.isComposing) open(rows[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup finalFocus={opener} className={styles.popup}>
          <Dialog.Title className="visually-hidden">{t("main.switcher.find")}</Dialog.Title>
          <div className={styles.field}>
            <Icon name="search" size="small" />
            <input
              className={styles.input}
              role="combobox"
              aria-label={t("main.switcher.find")}
              aria-expanded={rows.length > 0}
              aria-controls={id}
              aria-activedescendant={rows.length > 0 ? `${id}-${chosen}` : undefined}
              aria-autocomplete="list"
              placeholder={t("main.switcher.find")}
              autoComplete="off"
              spellCheck={false}
              value={words}
              onChange={(event) => {
                setWords(event.target.value);
                setWanted(0);
              }}
              onKeyDown={onKeyDown}
            />
          </div>
          {rows.length === 0 ? (
            <EmptyState
              icon="search"
              title={t("main.switcher.none")}
              text={t("main.switcher.none_text")}
              action={
                <Button icon="compass" onClick={() => openDialog({ kind: "directory", term: words })}>
                  {t("main.rail.explore")}
                </Button>
              }
            />
          ) : (
            // The field keeps the focus; the arrows there move what is chosen here.
            <div className={styles.rows} id={id} role="listbox" aria-label={t("main.list.rooms")}>
              {rows.map((room, index) => (
                <SwitchRow
                  key={room.id}
                  id={`${id}-${index}`}
                  room={room}
                  isChosen={index === chosen}
                  onHover={() => setWanted(index)}
                  onOpen={() => open(room)}
                />
              ))}
            </div>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface SwitchRowProps {
  readonly id: string;
  readonly room: RoomSummary;
  readonly isChosen: boolean;
  readonly onHover: () => void;
  readonly onOpen: () => void;
}

function SwitchRow({ id, room, isChosen, onHover, onOpen }: SwitchRowProps) {
  const detail = room.directUser ?? room.alias ?? room.topic.split("\n", 1)[0];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and the keys
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      className={classNames(styles.row, isChosen && styles.chosen)}
      onPointerMove={onHover}
      onClick={onOpen}
    >
      <MediaAvatar
        id={room.directUser ?? room.id}
        name={room.name}
        picture={room.avatar}
        shape={room.isSpace ? "square" : "round"}
      />
      <span className={styles.words}>
        <span className={styles.name}>{room.name}</span>
        {detail && <span className={styles.detail}>{detail}</span>}
      </span>
      <Badge count={room.mentions || (room.isMuted ? 0 : room.unread)} mention={room.mentions > 0} />
      {isChosen && <Icon name="corner-down-left" size="small" />}
    </div>
  );
}
