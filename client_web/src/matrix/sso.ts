import { NotAllowed } from "./errors";
import { logInWithToken } from "./login";
import { redirectUri } from "./oauth";
import { randomToken } from "./random";
import { asObject, asText } from "./shapes";
import type { Session } from "./types";

/** One trip to a provider: kept in this tab until the browser comes back. */
const TRIP = "parlour.sso";

/**
 * Return the address where a provider signs the user in; empty provider: the server asks which. What comes back
 * has to carry the state that is kept here, so that nobody can slip somebody else's account in.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#client-login-via-sso
 */
export function beginSso(homeserverUrl: string, providerId: string, again?: Session): string {
  const state = randomToken();
  sessionStorage.setItem(TRIP, JSON.stringify({ state, homeserverUrl, again: again?.userId ?? "" }));
  const path = `/_matrix/client/v3/login/sso/redirect${providerId && `/${encodeURIComponent(providerId)}`}`;
  const back = `${redirectUri()}?${new URLSearchParams({ sso: state })}`;
  return `${homeserverUrl}${path}?${new URLSearchParams({ redirectUrl: back, action: "login" })}`;
}

/** Tell whether the browser comes back from such a trip. */
export function isSsoAnswer(query: URLSearchParams): boolean {
  return query.has("loginToken");
}

/** Sign in with what the browser brought. `sessions`: where one that ended is looked for. */
export async function finishSso(
  query: URLSearchParams,
  deviceName: string,
  sessions: readonly Session[],
): Promise<Session> {
  const trip = asObject(JSON.parse(sessionStorage.getItem(TRIP) ?? "null"));
  sessionStorage.removeItem(TRIP);
  const homeserverUrl = asText(trip.homeserverUrl);
  if (!homeserverUrl || query.get("sso") !== trip.state)
    throw new NotAllowed("an answer to nothing we asked");
  const again = sessions.find((session) => session.userId === trip.again);
  return logInWithToken(homeserverUrl, query.get("loginToken") ?? "", deviceName, again);
}
