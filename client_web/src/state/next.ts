const KEY = "parlour.next";

/** Remember where somebody wanted to go before they had to sign in; trips to other pages lie in between. */
export function rememberNext(path: string | null): void {
  if (path !== null && isOwnPath(path)) sessionStorage.setItem(KEY, path);
}

/** Return where to go now that somebody is signed in. */
export function takeNext(): string {
  const path = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return path !== null && isOwnPath(path) ? path : "/chat";
}

/** Nobody is led elsewhere by a link that somebody sent. */
function isOwnPath(path: string): boolean {
  return /^\/(?![/\\])/.test(path) && !path.startsWith("/login") && !path.startsWith("/register");
}
