import { preferences } from "../settings/preferences";
import { MutableValue, type Value } from "../value";

/** Whether an account sends only to devices that their owners have verified; chosen for each account. */
export interface VerifiedOnly {
  readonly value: Value<boolean>;
  readonly choose: (only: boolean) => void;
}

/** Read what was kept under a key of the account's; where nothing was, what once was chosen for the whole browser. */
export function verifiedOnlyOf(key: string): VerifiedOnly {
  const value = new MutableValue(stored(key) ?? preferences.get().verifiedOnly);
  return {
    value,
    choose: (only) => {
      value.set(only);
      try {
        localStorage.setItem(key, String(only));
      } catch (problem) {
        // It holds until the page is closed, when the browser keeps nothing for us.
        console.warn("the choice is not kept:", problem instanceof Error ? problem.name : "unknown");
      }
    },
  };
}

function stored(key: string): boolean | undefined {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : text === "true";
  } catch {
    return undefined; // a browser that keeps nothing
  }
}
