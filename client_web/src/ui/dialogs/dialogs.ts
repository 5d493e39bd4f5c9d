import { type ComponentType, type LazyExoticComponent, lazy } from "react";

type Loaded = Promise<{ readonly default: ComponentType }>;

function later(load: () => Loaded): LazyExoticComponent<ComponentType> {
  return lazy(load);
}

/** Every dialog by the kind that `openDialog({ kind })` names. Details are read with `useDialog`. */
export const DIALOGS: Readonly<Record<string, LazyExoticComponent<ComponentType>>> = {
  forward: later(() => import("../chat/dialogs/ForwardDialog")),
  history: later(() => import("../chat/dialogs/HistoryDialog")),
  jumpToDate: later(() => import("../chat/dialogs/DateDialog")),
  poll: later(() => import("../chat/dialogs/PollDialog")),
  remove: later(() => import("../chat/dialogs/RemoveDialog")),
  report: later(() => import("../chat/dialogs/ReportDialog")),
  source: later(() => import("../chat/dialogs/SourceDialog")),
  viewer: later(() => import("../chat/viewer/MediaViewer")),
  quickSwitcher: later(() => import("../switcher/QuickSwitcher")),
};
