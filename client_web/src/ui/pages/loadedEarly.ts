import { type ComponentType, lazy } from "react";

interface Module {
  readonly default: ComponentType;
}

/**
 * A page that is loaded before it is drawn, by `load`. It is drawn at once then, where React's own `lazy`
 * would draw what is shown instead first, and leave that on the screen for 0.3 s.
 */
export function loadedEarly(read: () => Promise<Module>) {
  let loaded: Module | null = null;
  const load = async (): Promise<Module> => {
    loaded = await read();
    return loaded;
  };
  const Page = lazy(() => (loaded === null ? load() : answered(loaded)));
  return { Page, load };
}

/** A promise whose listeners hear of it at once, and not after all that is going on. */
function answered(module: Module): Promise<Module> {
  const promise = Promise.resolve(module);
  const then = (listen: (module: Module) => void): void => listen(module);
  return Object.assign(promise, { then });
}
