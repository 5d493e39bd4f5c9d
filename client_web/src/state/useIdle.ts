import { useEffect, useState } from "react";

/** However busy a page is, what waits for a quiet moment comes after this time. */
const LONGEST_WAIT_MS = 2_000;

/** Return whether there was a quiet moment: what is not needed at once is loaded then. */
export function useIdle(): boolean {
  const [isIdle, setIdle] = useState(false);
  useEffect(() => {
    if (!("requestIdleCallback" in window)) {
      const timer = setTimeout(() => setIdle(true), LONGEST_WAIT_MS);
      return () => clearTimeout(timer);
    }
    const waiting = requestIdleCallback(() => setIdle(true), { timeout: LONGEST_WAIT_MS });
    return () => cancelIdleCallback(waiting);
  }, []);
  return isIdle;
}
