import table from "@shared/shortcuts.json";

/** Something that keys do; named as in `client_shared/shortcuts.json`. */
export type ShortcutAction = keyof typeof table;
export type ShortcutSection = "move" | "find" | "read" | "write" | "window";

interface Shortcut {
  readonly section: string;
  readonly keys: readonly string[];
  readonly mac?: readonly string[];
  /** Where the browser wants the usual keys for itself; empty where it does the same by itself. */
  readonly web?: readonly string[];
}

const TABLE = table as Readonly<Record<ShortcutAction, Shortcut>>;
const NAMED: Readonly<Record<string, string>> = {
  esc: "Escape",
  return: "Enter",
  up: "ArrowUp",
  down: "ArrowDown",
  left: "ArrowLeft",
  right: "ArrowRight",
};
const SHOWN: Readonly<Record<string, string>> = {
  up: "↑",
  down: "↓",
  left: "←",
  right: "→",
  return: "Enter",
};
const MAC_SHOWN: Readonly<Record<string, string>> = { mod: "⌘", shift: "⇧", alt: "⌥", ctrl: "⌃" };

/** What is there of a keyboard event. */
export type KeyPress = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** Whether this is a Mac, where other keys are usual. */
export function isMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.platform);
}

/** Every action that keys of ours do, in the order of the table. */
export function actionsWithKeys(): readonly ShortcutAction[] {
  return (Object.keys(TABLE) as ShortcutAction[]).filter((action) => keysOf(action).length > 0);
}

/** The part of the table that an action belongs to. */
export function sectionOf(action: ShortcutAction): ShortcutSection {
  return TABLE[action].section as ShortcutSection;
}

/** The keys of an action here, such as `Mod+Shift+N`; each does it. */
export function keysOf(action: ShortcutAction): readonly string[] {
  const shortcut = TABLE[action];
  return shortcut.web ?? (isMac() ? (shortcut.mac ?? shortcut.keys) : shortcut.keys);
}

/** The keys of an action as they are shown: "Ctrl K"; empty where it has none. */
export function keysText(action: ShortcutAction): string {
  return keyCaps(action).join(" ");
}

/** The caps of an action's keys, one text each. */
export function keyCaps(action: ShortcutAction): readonly string[] {
  const [keys] = keysOf(action);
  if (keys === undefined) return [];
  return partsOf(keys).map((part) => {
    const name = part.toLowerCase();
    if (isMac() && MAC_SHOWN[name] !== undefined) return MAC_SHOWN[name];
    return name === "mod" ? "Ctrl" : (SHOWN[name] ?? part);
  });
}

/** Tell whether these are the keys of an action. */
export function isShortcut(press: KeyPress, action: ShortcutAction): boolean {
  return keysOf(action).some((keys) => isPressed(press, keys));
}

function isPressed(press: KeyPress, keys: string): boolean {
  const parts = partsOf(keys).map((part) => part.toLowerCase());
  const key = parts.at(-1)!;
  const wants = (name: string) => parts.slice(0, -1).includes(name);
  const ctrl = wants("ctrl") || (wants("mod") && !isMac());
  const meta = wants("mod") && isMac();
  if (press.ctrlKey !== ctrl || press.metaKey !== meta || press.altKey !== wants("alt")) return false;
  // Signs such as + need Shift on some keyboards and not on others.
  if (/^[a-z]$/.test(key) || key.length > 1) if (press.shiftKey !== wants("shift")) return false;
  return isKey(press, key);
}

function isKey(press: KeyPress, key: string): boolean {
  if (press.key.toLowerCase() === (NAMED[key] ?? key).toLowerCase()) return true;
  // Keyboards of other alphabets, and Alt on a Mac, write something else on the same key.
  return /^[a-z]$/.test(key) && press.code === `Key${key.toUpperCase()}` && !/^[a-z]$/i.test(press.key);
}

/** Split `Mod++` and the like at the signs between keys. */
function partsOf(keys: string): readonly string[] {
  return keys.endsWith("++") ? [...keys.slice(0, -2).split("+"), "+"] : keys.split("+");
}
