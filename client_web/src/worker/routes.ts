/** Which requests the service worker answers, and from where. */
export type Answerer = "page" | "code" | "asset" | "network";

/** What the client's own addresses begin with; every other page is the server's. */
const PAGES = new Set(["", "login", "register", "chat", "settings", "account", "admin"]);

/**
 * Tell who answers a request. Whatever a server says (`/_matrix`, `/config.json`, its own pages) comes from the
 * network and is never kept: it may be secret, and it may be different the next time.
 */
export function answererOf(method: string, mode: RequestMode, url: URL, origin: string): Answerer {
  if (method !== "GET" || url.origin !== origin) return "network";
  const first = url.pathname.split("/")[1] ?? "";
  if (mode === "navigate") return PAGES.has(first) ? "page" : "network";
  if (first === "code") return "code";
  return first === "assets" ? "asset" : "network";
}
