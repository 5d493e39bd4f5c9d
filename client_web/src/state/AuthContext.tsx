import { createContext, type ReactNode, useContext, useMemo } from "react";
import { closeAccount } from "../matrix/runner";
import {
  activeSession,
  enterSession,
  forgetSession,
  isSameDevice,
  type Sessions,
  sessions,
  switchSession,
} from "../matrix/session";
import { signOutSession } from "../matrix/signOut";
import type { Session } from "../matrix/types";
import { useValue } from "./useValue";

/** Who is signed in here. */
export interface Auth {
  readonly sessions: readonly Session[];
  /** The account that is shown; null where nobody is signed in. */
  readonly session: Session | null;
  /** Keep a session that was won by signing in, and show its account; what it replaces here is ended. */
  enter(session: Session): Promise<void>;
  /** Show another account that is signed in. */
  switchTo(userId: string): void;
  /** Sign an account out, here and on its server, and delete what is stored of it. */
  signOut(userId: string): Promise<void>;
  /** Delete what is stored of an account whose session the server has ended. */
  forget(userId: string): Promise<void>;
}

const AuthContext = createContext<Auth | null>(null);

/** Give everything below who is signed in. */
export function AuthProvider({ children }: { readonly children: ReactNode }) {
  const stored = useValue(sessions);
  const auth = useMemo(() => authOf(stored), [stored]);
  return <AuthContext value={auth}>{children}</AuthContext>;
}

/** Return who is signed in, and what to do about it. */
export function useAuth(): Auth {
  const auth = useContext(AuthContext);
  if (auth === null) throw new Error("useAuth outside of AuthProvider");
  return auth;
}

function authOf(stored: Sessions): Auth {
  const find = (userId: string): Session | undefined => stored.all.find((one) => one.userId === userId);
  return {
    sessions: stored.all,
    session: activeSession(stored),
    async enter(session) {
      const before = find(session.userId);
      if (before !== undefined) await replace(before, session);
      enterSession(session);
    },
    switchTo: switchSession,
    async signOut(userId) {
      const session = find(userId);
      if (session === undefined) return;
      await signOutSession(session);
      forgetSession(userId);
    },
    async forget(userId) {
      const session = find(userId);
      if (session === undefined) return;
      await signOutSession({ ...session, ended: "hard" });
      forgetSession(userId);
    },
  };
}

/** Another device of the same account takes the place of one here; the same device goes on with its store. */
async function replace(before: Session, session: Session): Promise<void> {
  if (isSameDevice(before, session)) {
    await closeAccount(before);
    return;
  }
  try {
    await signOutSession(before);
  } catch {
    // Its server cannot be told; it stays in the list of devices, and nothing of it here.
    await signOutSession({ ...before, ended: "hard" });
  }
}
