/** However busy a page is, what waits for a quiet moment comes after this time. */
const LONGEST_WAIT_MS = 2_000;

/** Wait until the page has nothing more pressing to do, but not for ever. */
export function quietMoment(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout: LONGEST_WAIT_MS });
    else setTimeout(resolve, LONGEST_WAIT_MS);
  });
}
