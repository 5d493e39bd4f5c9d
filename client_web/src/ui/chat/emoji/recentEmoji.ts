import { recentTexts, rememberText } from "../../../state/recentTexts";

const KEY = "parlour.recentEmoji";
const MOST = 27;

/** The emoji that were used last, the newest first. */
export function recentEmoji(): readonly string[] {
  return recentTexts(KEY, MOST);
}

/** Remember that an emoji was used. */
export function rememberEmoji(emoji: string): void {
  rememberText(KEY, MOST, emoji);
}
