import { keptSession, updateSession } from "./session";
import { asObject, asObjects } from "./shapes";
import { SessionTokens } from "./tokens";
import type { Session } from "./types";
import { MutableValue } from "./value";

const MOST = "50";

/**
 * Ask what waits in an account that is signed in but not shown: how many of its newest notifications nobody has read.
 *
 * Sync would tell more, and would throw away what is meant for the device's encryption.
 * Raises: ApiError, and what `fetch` does.
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3notifications
 */
export async function unreadOf(session: Session): Promise<number> {
  const now = new MutableValue(session);
  const tokens = new SessionTokens(now, updateSession, () => keptSession(session.userId));
  const answer = await tokens.fetch(`${session.homeserverUrl}/_matrix/client/v3/notifications?limit=${MOST}`);
  if (!answer.ok) return 0;
  const { notifications } = asObject(await answer.json());
  return asObjects(notifications).filter((notification) => notification.read === false).length;
}
