import { useCallback, useEffect, useRef, useState } from "react";
import { Cancelled, errorWords } from "../matrix/errors";

/** One thing at a time under way, and what went wrong last, in a sentence. */
export interface Work {
  readonly busy: boolean;
  readonly error: string;
  /** Do something; true where it worked. What went wrong before is forgotten. */
  readonly act: (work: () => Promise<unknown>) => Promise<boolean>;
  readonly clearError: () => void;
}

/** Run what the user asked for, and show how that goes. */
export function useWork(): Work {
  const [running, setRunning] = useState(0);
  const [error, setError] = useState("");
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);

  const act = useCallback(async (work: () => Promise<unknown>): Promise<boolean> => {
    setError("");
    setRunning((count) => count + 1);
    try {
      await work();
      return true;
    } catch (problem) {
      if (isShown.current && !(problem instanceof Cancelled)) setError(errorWords(problem));
      return false;
    } finally {
      if (isShown.current) setRunning((count) => count - 1);
    }
  }, []);
  const clearError = useCallback(() => setError(""), []);
  return { busy: running > 0, error, act, clearError };
}
