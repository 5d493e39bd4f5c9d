import { unreadOf } from "../matrix/otherAccounts";
import type { Session } from "../matrix/types";
import { useAuth } from "./AuthContext";
import { useLoaded } from "./useLoaded";

const EVERY_MS = 60_000;

/** How many notifications wait in each account that is signed in here and not shown, by its user id. */
export function useUnreadElsewhere(shown: string): ReadonlyMap<string, number> {
  const { sessions } = useAuth();
  const others = sessions.filter((session) => session.userId !== shown && session.ended === undefined);
  const asked = useLoaded(() => askAll(others), others.map(({ userId }) => userId).join(" "), EVERY_MS);
  return asked.value ?? NOTHING;
}

const NOTHING: ReadonlyMap<string, number> = new Map();

/** An account whose server does not answer says nothing. */
async function askAll(sessions: readonly Session[]): Promise<ReadonlyMap<string, number>> {
  const answers = await Promise.allSettled(sessions.map(unreadOf));
  return new Map(
    answers.map((answer, index) => [
      sessions[index]!.userId,
      answer.status === "fulfilled" ? answer.value : 0,
    ]),
  );
}
