/** What the worker has to know while no page is open: pages write it, the worker reads it. */
export interface WorkerSettings {
  readonly language: "en" | "de";
  /** Show what was written, not only that something came. */
  readonly showContent: boolean;
}

const CACHE = "parlour-settings";
const KEY = "/parlour-settings";

/** Keep settings where the worker finds them. */
export async function writeWorkerSettings(settings: WorkerSettings): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.put(KEY, Response.json(settings));
}

/** Read what a page has kept; with nothing kept, the least is shown. */
export async function readWorkerSettings(): Promise<WorkerSettings> {
  const kept = await (await caches.open(CACHE)).match(KEY);
  const settings = (await kept?.json()) as Partial<WorkerSettings> | undefined;
  return { language: settings?.language === "de" ? "de" : "en", showContent: settings?.showContent === true };
}
