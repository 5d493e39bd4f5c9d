import { useVirtualizer } from "@tanstack/react-virtual";
import { act, cleanup, render } from "@testing-library/react";
import { useCallback, useRef } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { TimelineItem } from "../../../matrix/timeline/values";
import { type Goal, type Going, useGoTo } from "./useGoTo";

const SEEN_PX = 600;
const ROW_PX = 30;
const GUESS_PX = 20;
const PAGE = 60;
const TARGET = 30;

const rowsFrom = (first: number): TimelineItem[] =>
  Array.from({ length: 100 - first }, (_, at) => ({ kind: "new", key: `row${first + at}`, atMs: 0 }));
const target: Goal = { isIt: (item) => item.key === `row${TARGET}`, align: "center" };

let going: Going;

/** A list as the timeline's: rows turn out higher than they were thought to be. */
function List({ items }: { readonly items: readonly TimelineItem[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => GUESS_PX,
    getItemKey: useCallback((index: number) => items[index]!.key, [items]),
    anchorTo: "end",
  });
  going = useGoTo(virtual, items, scroller);
  return (
    <div ref={scroller} data-testid="scroller">
      <div data-height={virtual.getTotalSize()}>
        {virtual.getVirtualItems().map((row) => (
          <p key={row.key} ref={virtual.measureElement} data-index={row.index} data-start={row.start}>
            {row.key}
          </p>
        ))}
      </div>
    </div>
  );
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["requestAnimationFrame", "cancelAnimationFrame", "performance"] });
  const geometry = (name: string, get: (this: HTMLElement) => number) =>
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get });
  geometry("clientHeight", () => SEEN_PX);
  geometry("offsetHeight", () => ROW_PX);
  geometry("scrollHeight", function () {
    return Number((this.firstElementChild as HTMLElement | null)?.dataset.height ?? 0);
  });
  // A browser tells of scrolling at the beginning of the next frame, before anything else in it.
  HTMLElement.prototype.scrollTo = function (this: HTMLElement, to) {
    const most = this.scrollHeight - this.clientHeight;
    this.scrollTop = Math.max(0, Math.min(most, (to as ScrollToOptions).top ?? 0));
    scrolled.add(this);
  } as typeof HTMLElement.prototype.scrollTo;
});

afterEach(() => {
  cleanup();
  for (const name of ["clientHeight", "offsetHeight", "scrollHeight", "scrollTo"])
    Reflect.deleteProperty(HTMLElement.prototype, name);
  vi.useRealTimers();
});

const scrolled = new Set<HTMLElement>();

function nextFrame(): void {
  act(() => {
    for (const element of scrolled) element.dispatchEvent(new Event("scroll"));
    scrolled.clear();
    vi.advanceTimersToNextFrame();
  });
}

/** How far the middle of the target is from the middle of what is seen. */
function distance(screen: ReturnType<typeof render>): number {
  const row = screen.queryByText(`row${TARGET}`);
  if (row === null) return Number.POSITIVE_INFINITY;
  const { scrollTop } = screen.getByTestId("scroller");
  return Math.abs(Number(row.dataset.start) + ROW_PX / 2 - scrollTop - SEEN_PX / 2);
}

it("arrives at the row, whatever is loaded before it on the way", () => {
  const screen = render(<List items={rowsFrom(0)} />);
  act(() => going.goTo(target));
  for (let page = 1; page <= 4; page += 1) {
    screen.rerender(<List items={rowsFrom(-page * PAGE)} />);
    nextFrame();
  }
  while (going.isUnderWay()) nextFrame();
  expect(distance(screen)).toBeLessThan(2);
  screen.rerender(<List items={rowsFrom(-5 * PAGE)} />);
  for (let frame = 0; frame < 5; frame += 1) nextFrame();
  expect(distance(screen)).toBeLessThan(2);
});

it("is over when somebody scrolls, and when the row is gone", () => {
  const screen = render(<List items={rowsFrom(0)} />);
  act(() => going.goTo(target));
  act(() => void screen.getByTestId("scroller").dispatchEvent(new Event("wheel")));
  expect(going.isUnderWay()).toBe(false);
  act(() => going.goTo(target));
  screen.rerender(<List items={rowsFrom(TARGET + 1)} />);
  expect(going.isUnderWay()).toBe(false);
});
