import { request } from "./api";
import { ApiError } from "./errors";
import { revokeOAuth } from "./oauth";
import { closeAccount } from "./runner";
import { whileLeaving } from "./session";
import { deleteStored } from "./store";
import type { Session } from "./types";

/**
 * End a session on its server, and delete what is stored of it. One that the server has ended already is only
 * deleted here. Raises Offline where the server does not answer: then nothing was deleted.
 */
export async function signOutSession(session: Session): Promise<void> {
  await whileLeaving(session, async () => {
    if (session.ended === undefined) await endOnServer(session);
    await closeAccount(session);
    await deleteStored(session);
  });
}

async function endOnServer(session: Session): Promise<void> {
  try {
    if (session.oauth) await revokeOAuth(session);
    else await logOut(session);
  } catch (error) {
    // A token that is not good any more has nothing left to end.
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
}

function logOut(session: Session): Promise<unknown> {
  return request(session.homeserverUrl, "POST", "/_matrix/client/v3/logout", {
    body: {},
    token: session.accessToken,
  });
}
