import { type ComponentType, type LazyExoticComponent, lazy } from "react";

type Loaded = Promise<{ readonly default: ComponentType }>;

function later(load: () => Loaded): LazyExoticComponent<ComponentType> {
  return lazy(load);
}

/** Every dialog by the kind that `openDialog({ kind })` names. Details are read with `useDialog`. */
export const DIALOGS: Readonly<Record<string, LazyExoticComponent<ComponentType>>> = {
  quickSwitcher: later(() => import("../switcher/QuickSwitcher")),
};
