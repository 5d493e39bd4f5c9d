import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { TimelineItem } from "../../../matrix/timeline/values";

/** A row to go to, and where in sight it is to be. */
export interface Goal {
  readonly isIt: (item: TimelineItem) => boolean;
  readonly align: "start" | "center";
  /** So much of it is above the edge, in pixels. */
  readonly past?: number;
}

/** The way to a row. */
export interface Going {
  readonly goTo: (goal: Goal) => void;
  /** Somebody goes elsewhere. */
  readonly stop: () => void;
  readonly isUnderWay: () => boolean;
}

type Where = "there" | "moving" | "gone";
type List = Virtualizer<HTMLDivElement, Element>;

/** Resting in so many frames is having arrived: rows are measured one frame after they came into sight. */
const RESTING_FRAMES = 3;
/** Rows that never keep still are left to themselves. */
const MOST_FRAMES = 120;
const NEAR_PX = 1.5;
const TAKES_OVER = ["wheel", "touchmove", "pointerdown", "keydown"] as const;

/**
 * Go to rows, and arrive: what is measured, joined or loaded before the row meanwhile moves it, and the virtualizer's
 * own command holds on to the number that the row had when it was given.
 */
export function useGoTo(
  virtual: List,
  items: readonly TimelineItem[],
  scroller: RefObject<HTMLDivElement | null>,
): Going {
  // Both: effects of the frame that begins it have to know of it, and who waits for the end has to be drawn again.
  const current = useRef<Goal | null>(null);
  const [goal, setGoal] = useState<Goal | null>(null);
  const rows = useRef(items);
  const set = useCallback((next: Goal | null): void => {
    current.current = next;
    setGoal(next);
  }, []);
  const aim = useCallback((): Where => {
    const wanted = current.current && offsetOf(virtual, rows.current, current.current);
    if (wanted === null) return "gone";
    if (Math.abs(wanted - (virtual.scrollOffset ?? 0)) <= NEAR_PX) return "there";
    virtual.scrollToOffset(wanted);
    return "moving";
  }, [virtual]);
  useLayoutEffect(() => {
    rows.current = items;
    if (current.current !== null && aim() === "gone") set(null);
  }, [items, aim, set]);
  useEffect(() => {
    const element = scroller.current;
    if (goal === null || element === null) return;
    const stop = (): void => set(null);
    for (const name of TAKES_OVER) element.addEventListener(name, stop, { passive: true });
    const endFollowing = untilAtRest(aim, stop);
    return () => {
      endFollowing();
      for (const name of TAKES_OVER) element.removeEventListener(name, stop);
    };
  }, [goal, aim, set, scroller]);
  return useMemo(
    () => ({
      goTo: (next) => {
        set(next);
        aim();
      },
      stop: () => set(null),
      isUnderWay: () => current.current !== null,
    }),
    [set, aim],
  );
}

/** Call `aim` in each frame until it rests, and then `end`; the answer ends that. */
function untilAtRest(aim: () => Where, end: () => void): () => void {
  let frames = 0;
  let resting = 0;
  const step = (): void => {
    frames += 1;
    const where = aim();
    resting = where === "there" ? resting + 1 : 0;
    if (where === "gone" || resting >= RESTING_FRAMES || frames >= MOST_FRAMES) end();
    else frame = requestAnimationFrame(step);
  };
  let frame = requestAnimationFrame(step);
  return () => cancelAnimationFrame(frame);
}

function offsetOf(
  virtual: List,
  items: readonly TimelineItem[],
  { isIt, align, past = 0 }: Goal,
): number | null {
  const index = items.findIndex(isIt);
  const found = index < 0 ? undefined : virtual.getOffsetForIndex(index, align);
  return found === undefined ? null : virtual.getOffsetForAlignment(found[0] + past, "start");
}
