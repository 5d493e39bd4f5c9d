import { quietMoment } from "../matrix/quiet";
import { running } from "../matrix/runner";
import { MutableValue, until, type Value } from "../matrix/value";

const waiting = new MutableValue(false);

/** A new version has been fetched and waits to be used. */
export const updateWaits: Value<boolean> = waiting;

/** So often a page that stays open asks for a new version. */
const ASK_EVERY_MS = 6 * 3_600_000;

/**
 * Keep the client for when there is no network, and hear of new versions; nothing where browsers cannot. All of it
 * is fetched for that: once nobody waits for an account to be opened.
 */
export async function startServiceWorker(open: (path: string) => void): Promise<void> {
  if (!import.meta.env.PROD || !isSecureContext || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", (event) => {
    const { kind, path } = (event.data ?? {}) as { kind?: unknown; path?: unknown };
    if (kind === "open" && typeof path === "string" && path.startsWith("/chat")) open(path);
  });
  try {
    await quietMoment();
    await until(running, ({ kind }) => kind !== "opening");
    await quietMoment();
    const registration = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
    watchUpdates(registration);
    const { active } = await navigator.serviceWorker.ready;
    keepLoaded(active);
  } catch (error) {
    console.warn("this browser keeps nothing for when there is no network", error);
  }
}

/** Use the version that waits: every page is loaded anew. */
export async function takeUpdate(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration?.waiting?.postMessage({ kind: "update" });
}

function watchUpdates(registration: ServiceWorkerRegistration): void {
  const look = (): void =>
    waiting.set(registration.waiting !== null && navigator.serviceWorker.controller !== null);
  look();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", look);
  });
  setInterval(() => void registration.update().catch(() => undefined), ASK_EVERY_MS);
}

/** What this page loaded before there was a worker is kept as well: the cryptography, when somebody is signed in. */
function keepLoaded(worker: ServiceWorker | null): void {
  const tell = (): void => {
    const urls = performance.getEntriesByType("resource").map((entry) => entry.name);
    worker?.postMessage({ kind: "keep", urls });
  };
  setTimeout(tell, 5_000);
}
