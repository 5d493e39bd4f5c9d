import { recentTexts, rememberText } from "../../state/recentTexts";

const KEY = "parlour.recentServers";
const MOST = 8;

/** Other servers whose directories were looked through, the newest first. */
export function recentServers(): readonly string[] {
  return recentTexts(KEY, MOST);
}

/** Remember that a server has shown its directory. */
export function rememberServer(name: string): void {
  rememberText(KEY, MOST, name);
}
