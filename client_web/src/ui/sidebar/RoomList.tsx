import { useVirtualizer } from "@tanstack/react-virtual";
import { type Ref, useCallback, useImperativeHandle, useMemo, useRef, useState } from "react";
import type { RoomSummary } from "../../matrix/types";
import { useChat } from "../../state/ChatContext";
import { listChoice, toggleSection } from "../../state/listChoice";
import { rankOf } from "../../state/ranking";
import { type ListRow, rowsOf } from "../../state/roomRows";
import { usePreferences } from "../../state/usePreferences";
import { useValue } from "../../state/useValue";
import { ContextMenuArea } from "../controls";
import styles from "./RoomList.module.css";
import { RoomListEmpty } from "./RoomListEmpty";
import { RoomRow } from "./RoomRow";
import { roomMenu } from "./roomMenu";
import { SectionHeading } from "./SectionHeading";
import { useRoomDrag } from "./useRoomDrag";
import { useRowFocus } from "./useRowFocus";

/** What its neighbours ask of the list. */
export interface RoomListHandle {
  focusFirst(): void;
  openFirst(): void;
}

interface RoomListProps {
  readonly words: string;
  readonly ref?: Ref<RoomListHandle>;
}

const HEADING_REM = 2.25;

/** The rooms: only those that are seen are there. */
export function RoomList({ words, ref }: RoomListProps) {
  const chat = useChat();
  const { client, roomId, openRoom } = chat;
  const rows = useRows(words);
  const scroller = useRef<HTMLDivElement>(null);
  const [menuRoom, setMenuRoom] = useState<string | null>(null);
  const rowHeight = useRowHeights();
  const estimateSize = useCallback(
    (index: number) => (rows[index]?.kind === "heading" ? rowHeight.heading : rowHeight.room),
    [rows, rowHeight],
  );
  const getItemKey = useCallback((index: number) => keyOf(rows[index], index), [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize,
    getItemKey,
    overscan: 6,
  });
  const focus = useRowFocus(scroller, virtual, rows.length);
  const drag = useRoomDrag(rows);
  useImperativeHandle(ref, () => ({
    focusFirst: () => focus.focus(rows.findIndex((row) => row.kind === "room")),
    openFirst: () => {
      const first = rows.find((row) => row.kind === "room");
      if (first?.kind === "room") openRoom(first.room.id);
    },
  }));
  const asked = useValue(client.rooms.room(menuRoom ?? ""));

  if (rows.length === 0) return <RoomListEmpty hasWords={words !== ""} />;
  return (
    <ContextMenuArea content={asked === null ? [] : roomMenu(chat, asked)}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it hears what happens to the rows inside */}
      <div
        ref={scroller}
        className={styles.list}
        onContextMenuCapture={(event) => setMenuRoom(roomUnder(event.target))}
        onPointerDownCapture={(event) => setMenuRoom(roomUnder(event.target))}
        onKeyDown={focus.onKeyDown}
        onDragStart={drag.onDragStart}
        onDragOver={drag.onDragOver}
        onDragEnd={drag.onDragEnd}
        onDrop={drag.onDrop}
      >
        <ul className={styles.rows} style={{ blockSize: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index]!;
            const isTab = item.index === focus.index;
            return (
              <li
                key={item.key}
                className={styles.item}
                style={{ blockSize: item.size, transform: `translateY(${item.start}px)` }}
                aria-setsize={rows.length}
                aria-posinset={item.index + 1}
              >
                {row.kind === "heading" ? (
                  <SectionHeading
                    row={row}
                    index={item.index}
                    isTab={isTab}
                    isTarget={row.section === drag.target}
                    onToggle={() => toggleSection(client.userId, row.section)}
                  />
                ) : (
                  <RoomRow room={row.room} index={item.index} isTab={isTab} isOpen={row.room.id === roomId} />
                )}
              </li>
            );
          })}
        </ul>
      </div>
    </ContextMenuArea>
  );
}

/** What the list holds: the chosen part of all rooms, or what fits the words. */
function useRows(words: string): readonly ListRow[] {
  const { client, roomId } = useChat();
  const rooms = useValue(client.rooms.list);
  const choice = useValue(listChoice(client.userId));
  return useMemo(() => {
    const fitting = words.trim() === "" ? rooms : rooms.filter((room) => fits(room, words));
    return rowsOf(
      fitting,
      words.trim() === "" ? choice : { ...choice, collapsed: [], filter: "all" },
      roomId ?? "",
    );
  }, [rooms, choice, words, roomId]);
}

function fits(room: RoomSummary, words: string): boolean {
  const rank = rankOf(words, room.name, (room.alias ?? "").slice(1), (room.directUser ?? "").slice(1));
  return rank !== undefined && rank < 3;
}

/** Rows are as high as the density says, in pixels of this screen. */
function useRowHeights(): { readonly heading: number; readonly room: number } {
  const { density, zoom } = usePreferences();
  // biome-ignore lint/correctness/useExhaustiveDependencies: both change what the style says
  return useMemo(() => {
    const style = getComputedStyle(document.documentElement);
    const rem = Number.parseFloat(style.fontSize) || 16;
    const row = Number.parseFloat(style.getPropertyValue("--density-room-row")) || 3.25;
    return { heading: HEADING_REM * rem, room: row * rem };
  }, [density, zoom]);
}

function keyOf(row: ListRow | undefined, index: number): string | number {
  if (row === undefined) return index;
  return row.kind === "heading" ? `section:${row.section}` : row.room.id;
}

function roomUnder(target: EventTarget): string | null {
  return target instanceof Element
    ? (target.closest<HTMLElement>("[data-room]")?.dataset.room ?? null)
    : null;
}
