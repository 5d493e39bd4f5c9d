import type { KeyboardEvent } from "react";
import { isShortcut, type ShortcutAction } from "../../../state/shortcuts";
import { type Edited, link, quote, wrap } from "./editText";
import type { Field } from "./useField";

const CHANGES: Readonly<Partial<Record<ShortcutAction, (now: Edited) => Edited>>> = {
  bold: (now) => wrap(now, "**"),
  italic: (now) => wrap(now, "*"),
  code: (now) => wrap(now, "`"),
  spoiler: (now) => wrap(now, "||"),
  quote,
  insertLink: link,
};

/** Format what is selected where the keys say so; tell whether they did. */
export function formatKey(event: KeyboardEvent, field: Field): boolean {
  for (const [action, change] of Object.entries(CHANGES)) {
    if (!isShortcut(event.nativeEvent, action as ShortcutAction)) continue;
    field.edit(change);
    return true;
  }
  return false;
}
