import { useCallback, useRef, useState } from "react";
import { Cancelled, errorWords } from "../matrix/errors";

/** Something that takes a while and may go wrong. */
export interface Act {
  readonly busy: boolean;
  /** What went wrong, in words; empty while nothing has. */
  readonly error: string;
  /** Do it, unless it is being done already. What the user called off is no error. */
  readonly run: (work: () => Promise<void>) => void;
  readonly setError: (error: string) => void;
}

/** Do things one at a time, and say what went wrong with the last. */
export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const isRunning = useRef(false);
  const run = useCallback((work: () => Promise<void>) => {
    if (isRunning.current) return;
    isRunning.current = true;
    setBusy(true);
    setError("");
    work()
      .catch((problem: unknown) => {
        if (!(problem instanceof Cancelled)) setError(errorWords(problem));
      })
      .finally(() => {
        isRunning.current = false;
        setBusy(false);
      });
  }, []);
  return { busy, error, run, setError };
}
