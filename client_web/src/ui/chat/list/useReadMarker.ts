import { useEffect } from "react";
import type { Timeline, TimelineItem } from "../../../matrix/timeline/values";

/** Say that everything was read while the newest message is in sight of somebody. */
export function useReadMarker(timeline: Timeline, isAtEnd: boolean, items: readonly TimelineItem[]): void {
  const newest = items.at(-1)?.key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what comes new is to be read as well
  useEffect(() => {
    if (!isAtEnd) return;
    const mark = (): void => {
      if (document.visibilityState === "visible" && document.hasFocus()) timeline.markRead();
    };
    mark();
    window.addEventListener("focus", mark);
    return () => window.removeEventListener("focus", mark);
  }, [timeline, isAtEnd, newest]);
}
