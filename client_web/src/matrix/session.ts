import { asInteger, asObject, asObjects, asText } from "./shapes";
import type { Session } from "./types";
import { flush, MutableValue, type Value } from "./value";

/**
 * The sessions of this browser. They are in localStorage, not in a database: few bytes that must be there at
 * once, and that must still be written when the databases have no room left.
 */
export interface Sessions {
  /** User id of the account that is shown; null where nobody is signed in. */
  readonly active: string | null;
  readonly all: readonly Session[];
}

const KEY = "parlour.sessions";
const MAX_SESSIONS = 50;
const MAX_TEXT = 16_384;
const NOBODY: Sessions = { active: null, all: [] };

const stored = new MutableValue<Sessions>(read());

/** What is stored, in this tab and in others. */
export const sessions: Value<Sessions> = stored;

window.addEventListener("storage", (event) => {
  if (event.key === KEY || event.key === null) stored.set(read());
});

/** Return the session that is shown, as it is now. */
export function activeSession(all: Sessions = stored.get()): Session | null {
  return all.all.find((session) => session.userId === all.active) ?? null;
}

/** Return the session of an account as it was kept last, by this tab or another. */
export function keptSession(userId: string): Session | null {
  return read().all.find((session) => session.userId === userId) ?? null;
}

/** Keep a session and show its account. */
export function enterSession(session: Session): void {
  write((now) => ({ active: session.userId, all: [...others(now, session.userId), session] }));
}

/** Keep what has changed of a session, if it is still kept: new tokens, or that the server has ended it. */
export function updateSession(session: Session): void {
  write((now) => ({
    ...now,
    all: now.all.map((one) => (isSameDevice(one, session) ? session : one)),
  }));
}

/** Devices that are being signed out here: their end is no news. */
const leaving = new Set<string>();

/** Take notice that the server has ended a session; `soft`: signing in again goes on with its keys. */
export function noteEnded(session: Session, ended: "soft" | "hard"): void {
  if (!leaving.has(session.deviceId)) updateSession({ ...session, ended });
}

/** Do something that ends a session on its server, which its client then need not be told of. */
export async function whileLeaving(session: Session, work: () => Promise<void>): Promise<void> {
  leaving.add(session.deviceId);
  try {
    await work();
  } finally {
    leaving.delete(session.deviceId);
  }
}

/** Show another account; nothing if it is not signed in. */
export function switchSession(userId: string): void {
  write((now) => (now.all.some((session) => session.userId === userId) ? { ...now, active: userId } : now));
}

/** Forget a session; another account is shown then, if there is one. */
export function forgetSession(userId: string): void {
  write((now) => {
    const all = others(now, userId);
    return { active: now.active === userId ? (all.at(-1)?.userId ?? null) : now.active, all };
  });
}

/** Tell whether two sessions are the same device of the same account. */
export function isSameDevice(one: Session, other: Session): boolean {
  return one.userId === other.userId && one.deviceId === other.deviceId;
}

/** Read what was stored; what makes no sense is left out. */
export function parseSessions(text: string | null): Sessions {
  let value: unknown = null;
  try {
    value = JSON.parse(text ?? "null");
  } catch {
    return NOBODY;
  }
  const body = asObject(value);
  const all = asObjects(body.sessions).slice(0, MAX_SESSIONS).map(parseSession).filter(isThere);
  const active = asText(body.active);
  return { active: all.some((one) => one.userId === active) ? active : (all.at(-1)?.userId ?? null), all };
}

function others(now: Sessions, userId: string): readonly Session[] {
  return now.all.filter((session) => session.userId !== userId);
}

function read(): Sessions {
  return parseSessions(localStorage.getItem(KEY));
}

/** Change what is stored: from what is there now, which another tab may have written. */
function write(change: (now: Sessions) => Sessions): void {
  const next = change(read());
  if (next.all.length === 0) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, JSON.stringify({ active: next.active, sessions: next.all }));
  stored.set(next);
  // Whoever navigates next has to find who is signed in now.
  flush();
}

function parseSession(value: Readonly<Record<string, unknown>>): Session | null {
  const [userId, deviceId, homeserverUrl, accessToken] = [
    asText(value.userId),
    asText(value.deviceId),
    asText(value.homeserverUrl),
    asText(value.accessToken, MAX_TEXT),
  ];
  if (!userId || !deviceId || !homeserverUrl || !accessToken) return null;
  const refreshToken = asText(value.refreshToken, MAX_TEXT);
  const expiresAt = asInteger(value.expiresAt);
  const oauth = asObject(value.oauth);
  const [clientId, issuer] = [asText(oauth.clientId), asText(oauth.issuer)];
  return {
    userId,
    deviceId,
    homeserverUrl,
    accessToken,
    ...(refreshToken && { refreshToken }),
    ...(expiresAt > 0 && { expiresAt }),
    ...(clientId && issuer && { oauth: { clientId, issuer } }),
    ...((value.ended === "soft" || value.ended === "hard") && { ended: value.ended }),
  };
}

function isThere<T>(value: T | null): value is T {
  return value !== null;
}
