import { type RefObject, useEffect } from "react";

/**
 * Keep the current entry of an index in sight, now and when the window changes: on a narrow screen the index
 * scrolls, and what is shown may be behind its edge.
 */
export function useRevealed(index: RefObject<HTMLElement | null>, selector: string, current: unknown): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another entry is another place to show
  useEffect(() => {
    const reveal = () =>
      index.current?.querySelector(selector)?.scrollIntoView({ block: "nearest", inline: "center" });
    reveal();
    window.addEventListener("resize", reveal);
    return () => window.removeEventListener("resize", reveal);
  }, [selector, current]);
}
