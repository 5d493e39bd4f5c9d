import { type Preferences, preferences } from "../matrix/settings/preferences";
import { useValue } from "./useValue";

/** What somebody chose for this browser. */
export function usePreferences(): Preferences {
  return useValue(preferences);
}
