const TICK_MS = 10_000;
/** A tick that comes so late says that the machine has slept. */
const SLEPT_MS = 25_000;

/** Call `onWake` when the network is back or another one, or the machine has slept; the answer ends that. */
export function watchWaking(onWake: () => void): () => void {
  let last = Date.now();
  const tick = setInterval(() => {
    const now = Date.now();
    // Hidden pages tick once a minute at most; what they miss shows when they are looked at.
    if (now - last > SLEPT_MS && document.visibilityState === "visible") onWake();
    last = now;
  }, TICK_MS);
  addEventListener("online", onWake);
  return () => {
    clearInterval(tick);
    removeEventListener("online", onWake);
  };
}
