/** However busy a page is, what waits for a quiet moment comes after this time. */
const LONGEST_WAIT_MS = 2_000;

/** Wait until the page has nothing more pressing to do, but not for ever. */
export function quietMoment(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout: LONGEST_WAIT_MS });
    else setTimeout(resolve, LONGEST_WAIT_MS);
  });
}

/** Frames until what has changed is drawn: one to hear of it, one to draw, one to be seen. */
const FRAMES = 3;
/** Pages that nobody sees draw none. */
const LONGEST_DRAWING_MS = 2_000;

/** Wait until the page shows what has just changed, and has nothing more pressing to do. */
export async function shownAndQuiet(): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, LONGEST_DRAWING_MS));
  for (let frame = 0; frame < FRAMES; frame += 1) {
    await Promise.race([late, new Promise((resolve) => requestAnimationFrame(resolve))]);
  }
  await quietMoment();
}
