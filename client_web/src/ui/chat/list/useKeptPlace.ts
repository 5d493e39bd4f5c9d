import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import type { TimelineItem } from "../../../matrix/timeline/values";
import { useConversation } from "../Conversation";

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
  scroller: RefObject<HTMLDivElement | null>,
  leave: () => void,
): void {
  const { revealed } = useConversation();
  const isPlaced = useRef(false);
  useLayoutEffect(() => {
    if (isPlaced.current || items.length === 0) return;
    isPlaced.current = true;
    if (revealed !== null) return;
    const kept = places.get(name);
    const index = kept === undefined ? -1 : items.findIndex((item) => item.key === kept.key);
    const news = items.findIndex((item) => item.kind === "new");
    if (index >= 0 || news >= 0) leave();
    if (index >= 0) {
      virtual.scrollToIndex(index, { align: "start" });
      requestAnimationFrame(() => scroller.current?.scrollBy(0, kept!.offset));
    } else if (news >= 0) virtual.scrollToIndex(news, { align: "center" });
    else virtual.scrollToEnd();
  }, [name, virtual, items, scroller, revealed, leave]);
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
