import { type RefObject, useEffect } from "react";
import { MutableValue } from "../matrix/value";
import { useValue } from "./useValue";

const wished = new MutableValue("");

/** Somebody will write in a room: its field has the focus as soon as there is one. */
export function wishToWrite(roomId: string): void {
  wished.set(roomId);
}

/** Give a room's field the focus where that was wished. */
export function useWishToWrite(
  roomId: string,
  threadRoot: string | null,
  field: RefObject<HTMLElement | null>,
): void {
  const room = useValue(wished);
  useEffect(() => {
    if (room !== roomId || threadRoot !== null) return;
    field.current?.focus();
    wished.set("");
  }, [room, roomId, threadRoot, field]);
}
