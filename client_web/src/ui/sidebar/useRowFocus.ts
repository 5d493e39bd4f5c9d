import type { Virtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type RefObject, useState } from "react";

interface RowFocus {
  /** The row that Tab leads to. */
  readonly index: number;
  readonly focus: (index: number) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** Let arrows, Home and End go through the rows of a virtual list; Tab leads to one of them. */
export function useRowFocus(
  scroller: RefObject<HTMLElement | null>,
  virtual: Virtualizer<HTMLDivElement, Element>,
  count: number,
  /** The first row that can have the focus. */
  first = 0,
): RowFocus {
  const [wanted, setWanted] = useState(first);
  const index = Math.max(first, Math.min(wanted, count - 1));
  const focus = (next: number) => {
    if (next < first || next >= count) return;
    setWanted(next);
    virtual.scrollToIndex(next, { align: "auto" });
    // The row may be drawn only now that it was scrolled to.
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus(),
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const here = Number(
      event.target instanceof Element ? event.target.closest<HTMLElement>("[data-row]")?.dataset.row : index,
    );
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: here + 1,
      ArrowUp: here - 1,
      Home: first,
      End: count - 1,
    };
    const next = steps[event.key];
    if (next === undefined || Number.isNaN(here)) return;
    event.preventDefault();
    focus(next);
  };
  return { index, focus, onKeyDown };
}
