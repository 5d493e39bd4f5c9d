import { useEffect, useState } from "react";
import type { TimelineItem } from "../../../matrix/timeline/values";
import { act } from "../../shell/act";
import { useConversation } from "../Conversation";
import type { Going } from "./useGoTo";

const SHOWN_MS = 2_600;

/** Go to the event that is to be shown, wherever it is, and mark its row for a moment. */
export function useReveal({ goTo }: Going, items: readonly TimelineItem[], leave: () => void): string | null {
  const { revealed, clearRevealed, timeline } = useConversation();
  const [markedKey, setMarkedKey] = useState<string | null>(null);
  const isThere = revealed !== null && items.some((item) => isOf(item, revealed));
  useEffect(() => {
    if (revealed !== null && !isThere)
      void act(timeline.jumpTo(revealed)).then((done) => done || clearRevealed());
  }, [revealed, isThere, timeline, clearRevealed]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once it is there, not with every change of the list
  useEffect(() => {
    if (revealed === null || !isThere) return;
    leave();
    goTo({ isIt: (item) => isOf(item, revealed), align: "center" });
    setMarkedKey(items.find((item) => isOf(item, revealed))!.key);
    clearRevealed();
  }, [revealed, isThere]);
  useEffect(() => {
    if (markedKey === null) return;
    const timer = setTimeout(() => setMarkedKey(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [markedKey]);
  return markedKey;
}

function isOf(item: TimelineItem, eventId: string): boolean {
  if (item.kind === "fold") return item.changes.some((change) => change.eventId === eventId);
  return "eventId" in item && item.eventId === eventId;
}
