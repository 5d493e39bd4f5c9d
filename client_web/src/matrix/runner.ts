import type { ChatClient } from "./client";
import { openClient } from "./open";
import { isSameDevice } from "./session";
import { claimTab, type TabClaim } from "./tabs";
import type { Session } from "./types";
import { MutableValue, type Value } from "./value";

/** What this tab shows of an account: one account at a time has a client, in one tab at a time. */
export type Running =
  | { readonly kind: "nobody" }
  | { readonly kind: "opening"; readonly session: Session }
  /** Another tab has this account open; `takeOver` brings it here. */
  | { readonly kind: "elsewhere"; readonly session: Session }
  | { readonly kind: "failed"; readonly session: Session; readonly error: unknown }
  | { readonly kind: "open"; readonly session: Session; readonly client: ChatClient };

const state = new MutableValue<Running>({ kind: "nobody" });

/** What is shown now. */
export const running: Value<Running> = state;

let claim: TabClaim | null = null;
/** What is under way; the next begins when it is over, so that no two clients ever share a store. */
let work: Promise<void> = Promise.resolve();

/** Show an account, or none: stops the client of another one and opens its own. Nothing if it is shown. */
export function showAccount(session: Session | null): Promise<void> {
  return next(async () => {
    const now = state.get();
    if (session !== null && now.kind !== "nobody" && isSameDevice(now.session, session)) return;
    await close();
    if (session === null) state.set({ kind: "nobody" });
    else await open(session, false);
  });
}

/** Open here what another tab has open; that tab stops. */
export function takeOver(): Promise<void> {
  return next(async () => {
    const now = state.get();
    if (now.kind === "elsewhere") await open(now.session, true);
  });
}

/** Try again to open what failed. */
export function openAgain(): Promise<void> {
  return next(async () => {
    const now = state.get();
    if (now.kind === "failed") await open(now.session, false);
  });
}

/** Stop the client of a session, if it runs here: what is stored of it is about to be deleted or signed in anew. */
export function closeAccount(session: Session): Promise<void> {
  return next(async () => {
    const now = state.get();
    if (now.kind === "nobody" || !isSameDevice(now.session, session)) return;
    await close();
    state.set({ kind: "nobody" });
  });
}

function next(step: () => Promise<void>): Promise<void> {
  work = work.then(step, step);
  return work;
}

async function open(session: Session, byForce: boolean): Promise<void> {
  state.set({ kind: "opening", session });
  claim = await claimTab(`${session.userId} ${session.deviceId}`, byForce, () => void lost(session));
  if (claim === null) {
    state.set({ kind: "elsewhere", session });
    return;
  }
  try {
    const client = await openClient(session);
    state.set({ kind: "open", session, client });
    client.encryption.catch((error) => void broken(client, session, error));
  } catch (error) {
    release();
    state.set({ kind: "failed", session, error });
  }
}

/** Without what is stored of encryption, nothing may be received: keys would be lost. */
function broken(client: ChatClient, session: Session, error: unknown): Promise<void> {
  return next(async () => {
    const now = state.get();
    if (now.kind !== "open" || now.client !== client) return;
    await close();
    state.set({ kind: "failed", session, error });
  });
}

/** Another tab takes over: what is not stored yet is stored before that tab may open it. */
function lost(session: Session): Promise<void> {
  return next(async () => {
    await close();
    state.set({ kind: "elsewhere", session });
  });
}

async function close(): Promise<void> {
  const now = state.get();
  if (now.kind === "open") await now.client.stop();
  release();
}

function release(): void {
  const held = claim;
  claim = null;
  held?.release();
}
