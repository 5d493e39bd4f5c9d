/** Texts that were used last in this browser, under one name each kind. */

const LONGEST = 300;

/** The texts of a kind, the newest first. */
export function recentTexts(key: string, most: number): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(kept)
      ? kept.filter((each) => typeof each === "string" && each.length < LONGEST).slice(0, most)
      : [];
  } catch {
    return []; // damaged, or a browser that keeps nothing
  }
}

/** Remember that a text was used. */
export function rememberText(key: string, most: number, text: string): void {
  const recent = [text, ...recentTexts(key, most).filter((each) => each !== text)].slice(0, most);
  try {
    localStorage.setItem(key, JSON.stringify(recent));
  } catch {
    // Without room for it nothing is remembered: nothing worth a word.
  }
}
