const KEY = "parlour.recentEmoji";
const MOST = 27;

/** The emoji that were used last, the newest first. */
export function recentEmoji(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept)
      ? kept.filter((each) => typeof each === "string" && each.length < 40).slice(0, MOST)
      : [];
  } catch {
    return []; // damaged, or a browser that keeps nothing
  }
}

/** Remember that an emoji was used. */
export function rememberEmoji(emoji: string): void {
  const recent = [emoji, ...recentEmoji().filter((each) => each !== emoji)].slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(recent));
  } catch {
    // Without room for it the next picker shows none: nothing worth a word.
  }
}
