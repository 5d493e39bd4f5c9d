import { followOtherTabs, type Preferences, preferences } from "../matrix/settings/preferences";
import { MutableValue, type Value } from "../matrix/value";
import { currentLanguage, type Language, preferredLanguage, setLanguage } from "../words";
import { directionOf } from "./direction";

const spoken = new MutableValue<Language>(currentLanguage());

/** The language whose words are there: whatever is shown has to be drawn again when it changes. */
export const spokenLanguage: Value<Language> = spoken;

/**
 * Let the page look as somebody chose for this browser, now and whenever they choose anew. It returns when the
 * words are there that it speaks with first.
 */
export async function applyPreferences(): Promise<void> {
  preferences.subscribe(() => void show(preferences.get()));
  followOtherTabs();
  await show(preferences.get());
}

async function show(chosen: Preferences): Promise<void> {
  const root = document.documentElement;
  root.dataset.theme = chosen.theme;
  root.dataset.density = chosen.density;
  root.dataset.motion = chosen.reducedMotion ? "reduced" : "full";
  root.style.fontSize = chosen.zoom === 1 ? "" : `${chosen.zoom * 100}%`;
  await speak(chosen.language || preferredLanguage(navigator.languages));
}

async function speak(language: Language): Promise<void> {
  try {
    await setLanguage(language);
  } catch (error) {
    // Its words cannot be loaded now; those that are there serve until the page is loaded again.
    console.warn(error);
  }
  document.documentElement.lang = currentLanguage();
  document.documentElement.dir = directionOf(currentLanguage());
  spoken.set(currentLanguage());
}
