import { type DragEvent, useState } from "react";
import { useClient } from "../../state/ChatContext";
import type { ListRow, ShownSection } from "../../state/roomRows";
import { act } from "../shell/act";

/** Only our own list may be dropped here. */
const KIND = "application/x-parlour-room";

interface RoomDrag {
  /** The section that a drop would lead to. */
  readonly target: ShownSection | null;
  readonly onDragStart: (event: DragEvent) => void;
  readonly onDragOver: (event: DragEvent) => void;
  readonly onDragEnd: () => void;
  readonly onDrop: (event: DragEvent) => void;
}

/** Let rooms be dragged among the favourites, out of the way, and back. */
export function useRoomDrag(rows: readonly ListRow[]): RoomDrag {
  const { rooms } = useClient();
  const [target, setTarget] = useState<ShownSection | null>(null);
  return {
    target,
    onDragStart: (event) => {
      const room = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-room]") : null;
      if (!room?.dataset.room) return;
      event.dataTransfer.setData(KIND, room.dataset.room);
      event.dataTransfer.effectAllowed = "move";
    },
    onDragOver: (event) => {
      if (!event.dataTransfer.types.includes(KIND)) return;
      const section = sectionUnder(event.target, rows);
      setTarget(section);
      if (section !== null) event.preventDefault();
    },
    onDragEnd: () => setTarget(null),
    onDrop: (event) => {
      setTarget(null);
      const section = sectionUnder(event.target, rows);
      const roomId = event.dataTransfer.getData(KIND);
      if (section === null || roomId === "") return;
      event.preventDefault();
      const place = section === "favourite" || section === "low" ? section : "normal";
      void act(rooms.setPlace(roomId, place));
    },
  };
}

/** The section that a row belongs to; nothing can be dropped among invitations. */
function sectionUnder(under: EventTarget, rows: readonly ListRow[]): ShownSection | null {
  const row = under instanceof Element ? under.closest<HTMLElement>("[data-row]") : null;
  const found = rows[Number(row?.dataset.row ?? -1)];
  if (found === undefined) return null;
  const section = found.kind === "heading" ? found.section : found.room.section;
  return section === "invite" || section === "hidden" ? null : section;
}
