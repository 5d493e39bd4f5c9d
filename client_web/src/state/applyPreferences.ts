import { followOtherTabs, type Preferences, preferences } from "../matrix/settings/preferences";
import { preferredLanguage, setLanguage } from "../words";

/** Let the page look as somebody chose for this browser, now and whenever they choose anew. */
export function applyPreferences(): () => void {
  const apply = () => show(preferences.get());
  apply();
  const ends = [preferences.subscribe(apply), followOtherTabs()];
  return () => {
    for (const end of ends) end();
  };
}

function show(chosen: Preferences): void {
  const root = document.documentElement;
  root.dataset.theme = chosen.theme;
  root.dataset.density = chosen.density;
  root.dataset.motion = chosen.reducedMotion ? "reduced" : "full";
  root.style.fontSize = chosen.zoom === 1 ? "" : `${chosen.zoom * 100}%`;
  const language = chosen.language || preferredLanguage(navigator.languages);
  root.lang = language;
  setLanguage(language);
}
