const LOOPBACK_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Read an address; null if it is none. */
export function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

/** Tell whether an address leads to this machine. */
export function isLoopback(text: string): boolean {
  const url = parseUrl(text);
  return url !== null && LOOPBACK_HOSTS.has(url.hostname);
}

/** Return the beginning that a server's addresses share: no slash at its end; null if it is no web address. */
export function baseUrlOf(text: string): string | null {
  const url = parseUrl(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password) return null;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}
