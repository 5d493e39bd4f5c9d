import { useState } from "react";

/**
 * Remember what had the focus when something opens, for `finalFocus`: a field inside that takes the focus at once
 * would else be all that is known. What is gone by then, such as the entry of a menu, is left to the default.
 */
export function useOpener(open = true): () => HTMLElement | true {
  const [last, setLast] = useState<{ readonly open: boolean; readonly opener: Element | null }>(() => ({
    open,
    opener: document.activeElement,
  }));
  if (last.open !== open) setLast({ open, opener: open ? document.activeElement : last.opener });
  const { opener } = last;
  return () =>
    opener instanceof HTMLElement && opener !== document.body && opener.isConnected ? opener : true;
}
