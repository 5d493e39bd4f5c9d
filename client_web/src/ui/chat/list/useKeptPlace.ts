import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef } from "react";
import type { TimelineItem } from "../../../matrix/timeline/values";
import { useConversation } from "../Conversation";
import type { Going } from "./useGoTo";

interface Place {
  readonly key: string;
  /** How far its beginning is above the edge, in pixels. */
  readonly offset: number;
}

const places = new Map<string, Place>();
const MOST = 200;

/** Open where one was before; else at the line above what is new, else at the end. */
export function useKeptPlace(
  name: string,
  virtual: Virtualizer<HTMLDivElement, Element>,
  items: readonly TimelineItem[],
  { goTo }: Going,
  leave: () => void,
): void {
  const { revealed } = useConversation();
  const isPlaced = useRef(false);
  useLayoutEffect(() => {
    if (isPlaced.current || items.length === 0) return;
    isPlaced.current = true;
    if (revealed !== null) return;
    const kept = places.get(name);
    const isKept = (item: TimelineItem): boolean => item.key === kept?.key;
    const isNew = (item: TimelineItem): boolean => item.kind === "new";
    const isKeptHere = items.some(isKept);
    if (!isKeptHere && !items.some(isNew)) {
      virtual.scrollToEnd();
      return;
    }
    leave();
    if (isKeptHere) goTo({ isIt: isKept, align: "start", past: kept!.offset });
    else goTo({ isIt: isNew, align: "center" });
  }, [name, virtual, items, goTo, revealed, leave]);
  useEffect(
    () => () => {
      places.delete(name);
      const offset = virtual.scrollOffset ?? 0;
      const first = virtual.getVirtualItems().find((row) => row.end > offset);
      if (!first || virtual.isAtEnd(40)) return;
      places.set(name, { key: String(first.key), offset: offset - first.start });
      if (places.size > MOST) places.delete(places.keys().next().value!);
    },
    [name, virtual],
  );
}
