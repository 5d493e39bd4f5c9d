import { memo } from "react";
import type { ChangeItem, TimelineItem } from "../../../matrix/timeline/values";
import { usePreferences } from "../../../state/usePreferences";
import { Guarded } from "../../pages/Guarded";
import { MessageRow } from "../message/MessageRow";
import { ChangeRow, UnknownRow } from "./ChangeRow";
import { FoldRow, useShownChanges } from "./FoldRow";
import { SeparatorRow } from "./SeparatorRow";

interface TimelineRowProps {
  readonly item: TimelineItem;
  readonly isHead: boolean;
  readonly isRevealed: boolean;
}

/** One row of a timeline, by its kind; one that cannot be drawn leaves the others as they are. */
export const TimelineRow = memo(function TimelineRow({ item, isHead, isRevealed }: TimelineRowProps) {
  return (
    <Guarded>
      <Shown item={item} isHead={isHead} isRevealed={isRevealed} />
    </Guarded>
  );
});

function Shown({ item, isHead, isRevealed }: TimelineRowProps) {
  const { developerTools } = usePreferences();
  switch (item.kind) {
    case "day":
    case "new":
    case "beginning":
      return <SeparatorRow item={item} />;
    case "fold":
      return <FoldRow item={item} />;
    case "unknown":
      return developerTools ? <UnknownRow item={item} /> : null;
    case "membership":
      return <Change item={item} />;
    case "state":
    case "call":
    case "verification":
      return <ChangeRow item={item} />;
    default:
      return <MessageRow item={item} isHead={isHead} isRevealed={isRevealed} />;
  }
}

function Change({ item }: { readonly item: ChangeItem }) {
  const shown = useShownChanges([item]);
  return shown.length > 0 ? <ChangeRow item={item} /> : null;
}
