import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { isMessage, type TimelineItem } from "../../../matrix/timeline/values";
import type { Going } from "./useGoTo";

/** So near to the end counts as being there. */
export const END_PX = 40;

/** Whether the end is in sight, and staying there while rows grow, come and go. */
export interface Stick {
  readonly isAtEnd: boolean;
  /** Go to the end, and stay. */
  readonly toEnd: () => void;
  /** Somebody goes elsewhere: stay there. */
  readonly leave: () => void;
  readonly onScroll: () => void;
}

/**
 * Keep the newest message in sight for who is there; who goes elsewhere stays there. `isPresent`: the end of the rows
 * is the present; the end of a page of the past is nothing to stay at.
 */
export function useStick(
  virtual: Virtualizer<HTMLDivElement, Element>,
  scroller: RefObject<HTMLDivElement | null>,
  items: readonly TimelineItem[],
  isPresent: boolean,
  going: Going,
): Stick {
  const [isAtEnd, setAtEnd] = useState(true);
  const sticks = useRef(true);
  const present = useRef(isPresent);
  present.current = isPresent;
  const size = useRef("");
  const toEnd = useCallback(() => {
    going.stop();
    sticks.current = true;
    setAtEnd(true);
    virtual.scrollToEnd();
  }, [virtual, going]);
  const leave = useCallback(() => {
    sticks.current = false;
  }, []);
  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    // The virtualizer may hear of a scroll after us, and then tells of the place before.
    const isInSight = element.scrollHeight - element.scrollTop - element.clientHeight <= END_PX;
    const isThere = isInSight && virtual.isAtEnd(END_PX);
    // Rows that grow and come move what is seen as well; where nothing did, somebody went elsewhere.
    const before = size.current;
    size.current = `${element.scrollHeight} ${element.clientHeight}`;
    if (going.isUnderWay()) sticks.current = false;
    else if (isThere && present.current) sticks.current = true;
    else if (!(isInSight && present.current) && size.current === before) sticks.current = false;
    setAtEnd(isThere || sticks.current);
  }, [virtual, scroller, going]);
  const isGoing = going.isUnderWay();
  useEffect(() => {
    if (!isGoing) onScroll();
  }, [isGoing, onScroll]);
  const hasRows = items.length > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the rows stand in comes with the first of them
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (sticks.current) virtual.scrollToEnd();
      // Rows that become less high bring the end into sight without a scroll.
      else setAtEnd(virtual.isAtEnd(END_PX));
    });
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, [virtual, scroller, hasRows]);
  useFollowOwn(items, toEnd);
  return { isAtEnd, toEnd, leave, onScroll };
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
