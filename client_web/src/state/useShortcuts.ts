import { useEffect, useRef } from "react";
import { isShortcut, type ShortcutAction } from "./shortcuts";

/** What an action does; `false` says that it did nothing and the keys are for somebody else. */
export type ShortcutHandlers = { readonly [Action in ShortcutAction]?: () => unknown };

/**
 * Do these things on their keys, wherever the focus is, while the component is there.
 *
 * A dialog keeps the keys to itself, and keys that a text field needs for itself stay there.
 */
export function useShortcuts(handlers: ShortcutHandlers, isEnabled = true): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    if (!isEnabled) return;
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || isDialogOpen()) return;
      for (const [action, handle] of Object.entries(latest.current)) {
        if (!isShortcut(event, action as ShortcutAction) || isFieldsOwn(event)) continue;
        if (handle() === false) continue;
        event.preventDefault();
        return;
      }
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [isEnabled]);
}

/** Whether something stands above everything and wants an end first. */
export function isDialogOpen(): boolean {
  return (
    document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null
  );
}

/** Keys without Ctrl, Alt or ⌘ write or move in a field; only F-keys and Esc do not. */
function isFieldsOwn(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey || /^(F\d+|Escape)$/.test(event.key)) return false;
  const target = event.target;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
