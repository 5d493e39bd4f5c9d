/** What somebody chose for this browser: looks, and what others learn. It is there before anybody signs in. */

import { MutableValue, type Value } from "../value";

export type Theme = "system" | "light" | "dark";
export type Density = "compact" | "cosy" | "roomy";
export type MediaPolicy = "always" | "private" | "never";

export interface Preferences {
  readonly theme: Theme;
  readonly density: Density;
  /** Of text and everything else; 1 is the browser's own size. */
  readonly zoom: number;
  /** Empty: the browser's. */
  readonly language: "" | "en" | "de";
  readonly reducedMotion: boolean;
  readonly showJoins: boolean;
  readonly showProfileChanges: boolean;
  readonly largeEmoji: boolean;
  readonly autoplay: boolean;
  readonly notifications: boolean;
  readonly notificationContent: boolean;
  readonly notificationSound: boolean;
  readonly publicReceipts: boolean;
  readonly sendTyping: boolean;
  readonly linkPreviews: boolean;
  readonly linkPreviewsEncrypted: boolean;
  readonly loadMedia: MediaPolicy;
  readonly invitePictures: boolean;
  /** Encrypt only for devices that their owners have verified, where an account has not chosen for itself. */
  readonly verifiedOnly: boolean;
  readonly developerTools: boolean;
}

export const DEFAULTS: Preferences = {
  theme: "system",
  density: "cosy",
  zoom: 1,
  language: "",
  reducedMotion: false,
  showJoins: true,
  showProfileChanges: false,
  largeEmoji: true,
  autoplay: true,
  notifications: false,
  notificationContent: true,
  notificationSound: true,
  publicReceipts: true,
  sendTyping: true,
  linkPreviews: true,
  linkPreviewsEncrypted: false,
  loadMedia: "always",
  invitePictures: true,
  verifiedOnly: false,
  developerTools: false,
};

const CHOICES: { readonly [Key in keyof Preferences]?: readonly unknown[] } = {
  theme: ["system", "light", "dark"],
  density: ["compact", "cosy", "roomy"],
  language: ["", "en", "de"],
  loadMedia: ["always", "private", "never"],
};
const KEY = "parlour.preferences";
const SMALLEST_ZOOM = 0.8;
const LARGEST_ZOOM = 2;

const current = new MutableValue<Preferences>(readPreferences(stored()));

/** Every choice as it is now. */
export const preferences: Value<Preferences> = current;

/** Choose, keep it for the next time, and tell everybody; another tab hears of it as well. */
export function setPreferences(changes: Partial<Preferences>): void {
  const chosen = withinBounds({ ...current.get(), ...changes });
  current.set(chosen);
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch (problem) {
    // What was chosen holds until the page is closed, when the browser keeps nothing for us.
    console.warn("preferences are not kept:", problem instanceof Error ? problem.name : "unknown");
  }
}

/** Hear what another tab chooses, until the returned function is called. */
export function followOtherTabs(): () => void {
  const listen = (event: StorageEvent) => {
    if (event.key === KEY) current.set(readPreferences(event.newValue));
  };
  window.addEventListener("storage", listen);
  return () => window.removeEventListener("storage", listen);
}

/** Read what was chosen; the default for whatever is missing, unknown or damaged. */
export function readPreferences(text: string | null): Preferences {
  if (text === null) return DEFAULTS;
  let kept: unknown;
  try {
    kept = JSON.parse(text);
  } catch {
    return DEFAULTS; // damaged: as if nothing had been chosen
  }
  if (typeof kept !== "object" || kept === null) return DEFAULTS;
  const known = Object.entries(kept).filter(([name, value]) => isChoice(name, value));
  return withinBounds({ ...DEFAULTS, ...Object.fromEntries(known) });
}

function isChoice(name: string, value: unknown): boolean {
  if (!Object.hasOwn(DEFAULTS, name)) return false;
  const key = name as keyof Preferences;
  if (typeof value !== typeof DEFAULTS[key]) return false;
  return CHOICES[key]?.includes(value) ?? true;
}

function withinBounds(chosen: Preferences): Preferences {
  const zoom = Number.isFinite(chosen.zoom) ? chosen.zoom : 1;
  return { ...chosen, zoom: Math.round(Math.min(LARGEST_ZOOM, Math.max(SMALLEST_ZOOM, zoom)) * 100) / 100 };
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // a browser that keeps nothing
  }
}
