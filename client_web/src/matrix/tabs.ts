/**
 * One tab at a time works on what is stored of an account: two would overwrite each other's keys. The tab that
 * has it is asked to let go, does so when everything is stored, and only then the other one opens it.
 */

/** This tab has the account until it lets go. */
export interface TabClaim {
  release(): void;
}

/** A page that was just left may still hold its lock for a moment. */
const LOCK_WAIT_MS = 400;
const ANSWER_MS = 250;
/** A tab that has not let go for so long has crashed or sleeps. */
const LET_GO_MS = 4_000;

interface Message {
  readonly kind: "ask" | "held" | "let_go" | "free";
  readonly name: string;
}

/**
 * Claim a name for this tab: null if another tab has it. `byForce` has that tab let go; one that does not
 * answer is left behind. `onLost` is called when another tab wants it from us: release the claim when done.
 */
export async function claimTab(name: string, byForce: boolean, onLost: () => void): Promise<TabClaim | null> {
  const channel = new BroadcastChannel("parlour.tabs");
  const unlock =
    "locks" in navigator
      ? await byLock(channel, name, byForce, onLost)
      : await byAsking(channel, name, byForce);
  if (unlock === null) {
    channel.close();
    return null;
  }
  answerOthers(channel, name, onLost);
  return {
    release() {
      channel.onmessage = null;
      unlock();
      send(channel, "free", name);
      channel.close();
    },
  };
}

type Unlock = () => void;

async function byLock(
  channel: BroadcastChannel,
  name: string,
  byForce: boolean,
  onLost: () => void,
): Promise<Unlock | null> {
  // However slow the browser is: only a tab that has it is waited for.
  const free =
    (await lock(name, { ifAvailable: true }, onLost)) ??
    (await lock(name, { signal: AbortSignal.timeout(LOCK_WAIT_MS) }, onLost));
  if (free !== null || !byForce) return free;
  await askToLetGo(channel, name);
  return lock(name, { steal: true }, onLost);
}

/** Where there are no locks (pages that were not loaded safely), tabs ask each other. */
async function byAsking(channel: BroadcastChannel, name: string, byForce: boolean): Promise<Unlock | null> {
  const isHeld = await hears(channel, "held", name, ANSWER_MS, () => send(channel, "ask", name));
  if (isHeld && !byForce) return null;
  if (isHeld) await askToLetGo(channel, name);
  return () => undefined;
}

/** Take the browser's lock; null if it is not to be had in time. */
function lock(name: string, options: LockOptions, onLost: () => void): Promise<Unlock | null> {
  return new Promise((resolve) => {
    let isHeld = false;
    const hold = (given: Lock | null): Promise<void> =>
      new Promise((unlock) => {
        isHeld = given !== null;
        resolve(isHeld ? unlock : null);
        if (!isHeld) unlock();
      });
    navigator.locks.request(`parlour ${name}`, options, hold).catch(() => {
      // Too late to be given; or it was ours, and a tab that heard nothing of us took it.
      if (isHeld) onLost();
      else resolve(null);
    });
  });
}

function answerOthers(channel: BroadcastChannel, name: string, onLost: () => void): void {
  channel.onmessage = (event: MessageEvent<Message>) => {
    if (event.data.name !== name) return;
    if (event.data.kind === "ask") send(channel, "held", name);
    if (event.data.kind === "let_go") onLost();
  };
}

function askToLetGo(channel: BroadcastChannel, name: string): Promise<boolean> {
  return hears(channel, "free", name, LET_GO_MS, () => send(channel, "let_go", name));
}

/** Wait for a message of another tab; false if none came in time. */
function hears(
  channel: BroadcastChannel,
  kind: Message["kind"],
  name: string,
  withinMs: number,
  begin: () => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (heard: boolean): void => {
      clearTimeout(timer);
      channel.onmessage = null;
      resolve(heard);
    };
    const timer = setTimeout(() => end(false), withinMs);
    channel.onmessage = (event: MessageEvent<Message>) => {
      if (event.data.name === name && event.data.kind === kind) end(true);
    };
    begin();
  });
}

function send(channel: BroadcastChannel, kind: Message["kind"], name: string): void {
  channel.postMessage({ kind, name } satisfies Message);
}
