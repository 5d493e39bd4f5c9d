import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { isMessage, type TimelineItem } from "../../../matrix/timeline/values";

/** So near to the end counts as being there. */
export const END_PX = 40;
/** A movement that follows somebody's wheel, finger or key so soon is theirs. */
const BY_HAND_MS = 600;

/** Whether the end is in sight, and staying there while rows grow, come and go. */
export interface Stick {
  readonly isAtEnd: boolean;
  /** Go to the end, and stay. */
  readonly toEnd: () => void;
  /** Somebody goes elsewhere: stay there. */
  readonly leave: () => void;
  readonly handlers: {
    readonly onScroll: () => void;
    readonly onWheel: () => void;
    readonly onTouchMove: () => void;
    readonly onPointerDown: () => void;
    readonly onKeyDownCapture: () => void;
  };
}

/** Keep the newest message in sight for who is there; only their own hand takes them away from it. */
export function useStick(
  virtual: Virtualizer<HTMLDivElement, Element>,
  scroller: RefObject<HTMLDivElement | null>,
  items: readonly TimelineItem[],
): Stick {
  const [isAtEnd, setAtEnd] = useState(true);
  const sticks = useRef(true);
  const byHandMs = useRef(0);
  const toEnd = useCallback(() => {
    sticks.current = true;
    setAtEnd(true);
    virtual.scrollToEnd();
  }, [virtual]);
  const leave = useCallback(() => {
    sticks.current = false;
  }, []);
  const handlers = useMemo(() => {
    const hand = (): void => {
      byHandMs.current = performance.now();
    };
    const onScroll = (): void => {
      const isThere = virtual.isAtEnd(END_PX);
      if (isThere) sticks.current = true;
      else if (performance.now() - byHandMs.current < BY_HAND_MS) sticks.current = false;
      setAtEnd(isThere || sticks.current);
    };
    return { onScroll, onWheel: hand, onTouchMove: hand, onPointerDown: hand, onKeyDownCapture: hand };
  }, [virtual]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (sticks.current) virtual.scrollToEnd();
    });
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  });
  useFollowOwn(items, toEnd);
  return { isAtEnd, toEnd, leave, handlers };
}

/** Who writes something sees it. */
function useFollowOwn(items: readonly TimelineItem[], toEnd: () => void): void {
  const last = items.at(-1);
  const isOwn = last !== undefined && isMessage(last) && last.send !== null;
  const before = useRef(last?.key);
  useEffect(() => {
    if (last?.key !== before.current && isOwn) toEnd();
    before.current = last?.key;
  }, [last?.key, isOwn, toEnd]);
}
