import { useSyncExternalStore } from "react";
import { t } from "../../words";
import { classNames } from "./classNames";
import { Icon } from "./Icon";
import { IconButton } from "./IconButton";
import styles from "./toasts.module.css";

interface ToastOptions {
  readonly kind?: "info" | "success" | "error";
  readonly action?: { readonly label: string; readonly run: () => void };
}

interface Toast extends ToastOptions {
  readonly number: number;
  readonly text: string;
}

const SHOWN_MS = 6_000;
const MOST = 3;
const ICONS = { info: "info", success: "circle-check", error: "circle-alert" } as const;

let toasts: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

/** Say something in passing; an error stays until it is put away. */
export function showToast(text: string, options: ToastOptions = {}): void {
  last += 1;
  const toast = { ...options, text, number: last };
  change([...toasts.filter((shown) => shown.text !== text), toast].slice(-MOST));
  if (options.kind !== "error") setTimeout(() => put(toast.number), SHOWN_MS);
}

/** Where they appear; once in the window. */
export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className={styles.stack} role="status" aria-live="polite">
      {shown.map((toast) => (
        <ToastLine key={toast.number} toast={toast} />
      ))}
    </div>
  );
}

function ToastLine({ toast }: { readonly toast: Toast }) {
  const kind = toast.kind ?? "info";
  return (
    <div className={classNames(styles.toast, styles[kind])}>
      <Icon name={ICONS[kind]} size="small" />
      <span className={styles.text}>{toast.text}</span>
      {toast.action && (
        <button type="button" className={styles.action} onClick={toast.action.run}>
          {toast.action.label}
        </button>
      )}
      <IconButton small icon="x" label={t("control.dismiss")} onClick={() => put(toast.number)} />
    </div>
  );
}

function put(number: number): void {
  change(toasts.filter((toast) => toast.number !== number));
}

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
