import type { TimelineItem } from "../../../matrix/timeline/values";
import { NewestPill } from "./NewestPill";
import { useArrivals } from "./useArrivals";

interface ArrivalsProps {
  readonly items: readonly TimelineItem[];
  /** The newest message is in sight. */
  readonly isAtEnd: boolean;
  readonly toEnd: () => void;
}

/** What came out of sight, and the newest of it for who listens; by itself, so that rows are not drawn again for it. */
export function Arrivals({ items, isAtEnd, toEnd }: ArrivalsProps) {
  const arrived = useArrivals(items, isAtEnd);
  return (
    <>
      {!isAtEnd && <NewestPill arrived={arrived.count} onPress={toEnd} />}
      <p className="visually-hidden" aria-live="polite">
        {arrived.spoken}
      </p>
    </>
  );
}
