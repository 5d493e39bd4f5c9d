/** Something that can be looked at and watched. Snapshots are immutable; listeners are told once a frame at most. */
export interface Value<T> {
  get(): T;
  /** Call `listener` after each change; the answer ends that. */
  subscribe(listener: () => void): () => void;
}

/** A value whose owner changes it. `get` is right at once; listeners hear of it soon. */
export class MutableValue<T> implements Value<T> {
  readonly #listeners = new Set<() => void>();
  #current: T;

  constructor(initial: T) {
    this.#current = initial;
  }

  get(): T {
    return this.#current;
  }

  /** Change the value; setting what is there already tells nobody. */
  set(next: T): void {
    if (Object.is(next, this.#current)) return;
    this.#current = next;
    if (this.#listeners.size > 0) tell(this.#tell);
  }

  /** Change the value to what `change` makes of it. */
  update(change: (current: T) => T): void {
    this.set(change(this.#current));
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly #tell = (): void => {
    for (const listener of [...this.#listeners]) guarded(listener);
  };
}

/** A value that follows others; computed when it is asked for, and only after one of them has changed. */
export function derived<T>(sources: readonly Value<unknown>[], compute: () => T): Value<T> {
  let seen: readonly unknown[] | null = null;
  let result: T;
  const get = (): T => {
    const current = sources.map((source) => source.get());
    if (seen === null || current.some((value, index) => !Object.is(value, seen?.[index]))) {
      result = compute();
      seen = current;
    }
    return result;
  };
  const subscribe = (listener: () => void): (() => void) => {
    const ends = sources.map((source) => source.subscribe(listener));
    return () => {
      for (const end of ends) end();
    };
  };
  return { get, subscribe };
}

/** A value that never changes. */
export function constant<T>(value: T): Value<T> {
  return { get: () => value, subscribe: () => () => undefined };
}

/** Wait until a value is as wanted. */
export function until<T>(value: Value<T>, isWanted: (current: T) => boolean): Promise<T> {
  const now = value.get();
  if (isWanted(now)) return Promise.resolve(now);
  return new Promise((resolve) => {
    const end = value.subscribe(() => {
      const current = value.get();
      if (!isWanted(current)) return;
      end();
      resolve(current);
    });
  });
}

/** How long a page that nobody sees waits: frames are not drawn there. */
const HIDDEN_FRAME_MS = 50;

let waiting = new Set<() => void>();
let isScheduled = false;
/** Whether what was done last is on the screen. */
let isDrawn = true;

/**
 * Call `work` soon, once however often it was asked for until then. What comes after a quiet while is done as soon as
 * what brought it is over, so that the frame has only to be drawn; what follows is done when that frame is.
 */
export function batch(work: () => void): void {
  waiting.add(work);
  const isHidden = document.visibilityState === "hidden";
  if (isScheduled || !(isDrawn || isHidden)) return;
  isScheduled = true;
  setTimeout(flush, isHidden ? HIDDEN_FRAME_MS : 0);
}

/** What is being done has still to do, and has done. */
let underWay: Set<() => void> | null = null;
let done = new Set<() => void>();

/** Do now what waits. */
export function flush(): void {
  const work = waiting;
  waiting = new Set();
  isScheduled = false;
  underWay = work;
  done = new Set();
  for (const each of work) {
    work.delete(each);
    done.add(each);
    guarded(each);
  }
  underWay = null;
  isDrawn = false;
  requestAnimationFrame(() => setTimeout(drawn));
}

function drawn(): void {
  isDrawn = true;
  if (waiting.size > 0) flush();
}

/** What work changes is told with it; but nobody is told twice at once, or two that answer each other never end. */
function tell(listeners: () => void): void {
  if (underWay !== null && !done.has(listeners)) underWay.add(listeners);
  else batch(listeners);
}

/** One listener's fault is not another's. */
function guarded(work: () => void): void {
  try {
    work();
  } catch (error) {
    reportError(error);
  }
}
