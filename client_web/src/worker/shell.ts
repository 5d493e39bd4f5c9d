import { answererOf } from "./routes";

/** What the build made: every file of it that is wanted offline, and a name for all of them together. */
export interface Build {
  readonly version: string;
  readonly files: readonly string[];
}

const PREFIX = "parlour-shell-";
const PAGE = "/";

/** Fetch everything that the client needs offline; while one file is missing, the version before stays. */
export async function keepShell(build: Build): Promise<void> {
  const cache = await caches.open(PREFIX + build.version);
  // Files with a hash in their name are what the browser has already; the page must be the newest.
  await cache.addAll(build.files);
  await cache.put(PAGE, await wholeAnswer(new Request(PAGE, { cache: "no-cache" })));
}

/** Forget the versions before this one. */
export async function forgetOthers(build: Build): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== PREFIX + build.version);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** Keep more files of this version: those that the page had loaded before there was a worker. */
export async function keepMore(build: Build, urls: readonly string[], origin: string): Promise<void> {
  const cache = await caches.open(PREFIX + build.version);
  for (const url of urls.slice(0, MOST_AT_ONCE)) {
    const request = new Request(url);
    const answerer = answererOf(request.method, request.mode, new URL(url, origin), origin);
    if (answerer === "code" && !(await cache.match(request))) await cache.add(request);
  }
}

const MOST_AT_ONCE = 500;

/** Answer a request from what is kept; null where that is the network's business. */
export function answerFor(build: Build, request: Request, origin: string): Promise<Response> | null {
  switch (answererOf(request.method, request.mode, new URL(request.url), origin)) {
    case "page":
      return pageOf(build);
    case "code":
      return keptOrFetched(build, request, true);
    case "asset":
      return keptOrFetched(build, request, false);
    case "network":
      return null;
  }
}

async function pageOf(build: Build): Promise<Response> {
  const cache = await caches.open(PREFIX + build.version);
  return (await cache.match(PAGE)) ?? (await fetch(PAGE));
}

async function keptOrFetched(build: Build, request: Request, keep: boolean): Promise<Response> {
  const cache = await caches.open(PREFIX + build.version);
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (keep && answer.status === 200 && answer.type === "basic")
    await tryToKeep(cache, request, answer.clone());
  return answer;
}

/** Without room nothing is kept, and nobody waits in vain for what was fetched. */
async function tryToKeep(cache: Cache, request: Request, answer: Response): Promise<void> {
  try {
    await cache.put(request, answer);
  } catch (error) {
    console.warn("a file is not kept for when there is no network", error);
  }
}

async function wholeAnswer(request: Request): Promise<Response> {
  const answer = await fetch(request);
  if (!answer.ok) throw new TypeError(`${request.url} answered ${answer.status}`);
  return answer;
}
