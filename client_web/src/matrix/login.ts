import { request } from "./api";
import { ApiError, BadAnswer, ClientError, NotAllowed } from "./errors";
import { asObject, asText, type JsonObject } from "./shapes";
import { expiryOf } from "./tokens";
import type { Session } from "./types";
import { baseUrlOf } from "./urls";

const LOGIN = "/_matrix/client/v3/login";
const MAX_TOKEN = 16_384;

/** What the older API says of sign-ins, in our words. */
const WORDS: Readonly<Record<string, string>> = { M_FORBIDDEN: "wrong_password" };

/** Sign in with a user id, its local part or an e-mail address. `again` goes on with a session that has ended. */
export function logInWithPassword(
  homeserverUrl: string,
  user: string,
  password: string,
  deviceName: string,
  again?: Session,
): Promise<Session> {
  const body = { type: "m.login.password", identifier: identifierOf(user.trim()), password };
  return logIn(homeserverUrl, body, deviceName, again);
}

/** Sign in with what single sign-on, or another device, gave. */
export function logInWithToken(
  homeserverUrl: string,
  token: string,
  deviceName: string,
  again?: Session,
): Promise<Session> {
  return logIn(homeserverUrl, { type: "m.login.token", token }, deviceName, again);
}

/** Read the answer to a sign-in or a registration. Raises BadAnswer. */
export function sessionOf(body: JsonObject, homeserverUrl: string, askedAt: number): Session {
  const userId = asText(body.user_id, 255);
  const deviceId = asText(body.device_id, 255);
  const accessToken = asText(body.access_token, MAX_TOKEN);
  if (!/^@[^:]*:./.test(userId) || !deviceId || !accessToken) throw new BadAnswer("no session");
  const refreshToken = asText(body.refresh_token, MAX_TOKEN);
  const expiresAt = expiryOf(body, askedAt);
  return {
    userId,
    deviceId,
    homeserverUrl: betterUrl(body, homeserverUrl),
    accessToken,
    ...(refreshToken && { refreshToken }),
    ...(expiresAt && { expiresAt }),
  };
}

async function logIn(
  homeserverUrl: string,
  how: JsonObject,
  deviceName: string,
  again?: Session,
): Promise<Session> {
  const askedAt = Date.now();
  const body = {
    ...how,
    refresh_token: true,
    initial_device_display_name: deviceName,
    // A device that is gone comes back under its own name only where its keys are still here.
    ...(again?.ended === "soft" && { device_id: again.deviceId }),
  };
  try {
    const answer = await request(homeserverUrl, "POST", LOGIN, { body });
    const session = sessionOf(answer, homeserverUrl, askedAt);
    if (again && again.userId !== session.userId) throw new NotAllowed("another user", "another_account");
    return session;
  } catch (error) {
    const word = error instanceof ApiError ? WORDS[error.errcode] : undefined;
    throw word === undefined ? error : new ClientError(word, String(error));
  }
}

function identifierOf(user: string): JsonObject {
  if (user.includes("@", 1)) {
    return { type: "m.id.thirdparty", medium: "email", address: user.toLowerCase() };
  }
  return { type: "m.id.user", user };
}

/**
 * The address that the server wants to be known by, if a page from here may talk to it: the same host over TLS.
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3login (well_known)
 */
function betterUrl(body: JsonObject, homeserverUrl: string): string {
  const named = baseUrlOf(asText(asObject(asObject(body.well_known)["m.homeserver"]).base_url));
  return named?.startsWith("https:") && homeserverUrl.startsWith("https:") ? named : homeserverUrl;
}
