import { useCallback, useEffect, useRef, useState } from "react";

/** Something that is asked of a server: what it answered last, what went wrong last, whether it is asked now. */
export interface Loaded<T> {
  readonly value: T | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** Ask again; what was there stays until the answer comes. */
  readonly reload: () => Promise<void>;
}

/**
 * Ask for something when the view appears, whenever `key` changes, and every `everyMs` while it is seen. Answers
 * that come after a later question are dropped.
 */
export function useLoaded<T>(load: () => Promise<T>, key: string, everyMs = 0): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, "reload">>(NOTHING);
  const question = useRef(0);
  const latest = useRef(load);
  latest.current = load;
  const reload = useCallback(async () => {
    question.current += 1;
    const asked = question.current;
    setState((before) => ({ ...before, isLoading: true }));
    try {
      const value = await latest.current();
      if (asked === question.current) setState({ value, error: undefined, isLoading: false });
    } catch (error) {
      if (asked === question.current) setState((before) => ({ ...before, error, isLoading: false }));
    }
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says when there is something else to ask
  useEffect(() => {
    setState(NOTHING);
    void reload();
    return () => {
      question.current += 1;
    };
  }, [key, reload]);
  useEffect(() => {
    if (everyMs <= 0) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, reload]);
  return { ...state, reload };
}

const NOTHING = { value: undefined, error: undefined, isLoading: true } as const;
