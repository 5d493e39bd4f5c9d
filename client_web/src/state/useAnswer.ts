import { useCallback, useEffect, useRef, useState } from "react";
import { errorWords } from "../matrix/errors";

/** What a server was asked for. */
export interface Answer<T> {
  readonly value: T | undefined;
  readonly error: string;
  /** Ask again; what is there stays until the answer. */
  readonly reload: () => Promise<void>;
}

/** Ask for something when it is first shown, and again when `about`, a text or number that names it, changes. */
export function useAnswer<T>(load: () => Promise<T>, about: string | number = ""): Answer<T> {
  const [value, setValue] = useState<T>();
  const [error, setError] = useState("");
  const newest = useRef(load);
  const turn = useRef(0);
  newest.current = load;

  const reload = useCallback(async (): Promise<void> => {
    turn.current += 1;
    const mine = turn.current;
    try {
      const loaded = await newest.current();
      if (mine !== turn.current) return;
      setValue(() => loaded);
      setError("");
    } catch (problem) {
      if (mine === turn.current) setError(errorWords(problem));
    }
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `about` says what is loaded
  useEffect(() => {
    void reload();
    return () => {
      turn.current += 1;
    };
  }, [reload, about]);
  return { value, error, reload };
}
