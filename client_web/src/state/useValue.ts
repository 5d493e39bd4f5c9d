import { useCallback, useSyncExternalStore } from "react";
import type { Value } from "../matrix/value";

/**
 * Read a value, and draw again when it changes; with a selector, only when what it picks changes. The selector
 * has to pick something that is there: a new object each time would never settle.
 */
export function useValue<T>(value: Value<T>): T;
export function useValue<T, S>(value: Value<T>, select: (current: T) => S): S;
export function useValue<T, S>(value: Value<T>, select?: (current: T) => S): T | S {
  const subscribe = useCallback((listener: () => void) => value.subscribe(listener), [value]);
  const snapshot = (): T | S => (select === undefined ? value.get() : select(value.get()));
  return useSyncExternalStore(subscribe, snapshot);
}
