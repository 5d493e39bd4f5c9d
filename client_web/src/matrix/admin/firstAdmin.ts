import { request } from "../api";
import { ApiError, NotAllowed } from "../errors";
import { asObjects, asText, asTexts, type JsonObject } from "../shapes";
import { expiryOf } from "../tokens";
import type { Session } from "../types";

const TOKEN = "m.login.registration_token";
/** Stages of registration that need nothing but the token. */
const WITHOUT_MORE = new Set([TOKEN, "m.login.dummy", "m.login.terms"]);
const MAX_STAGES = 6;

/** The account to make, and what the device that makes it is called. */
export interface FirstAccount {
  readonly username: string;
  readonly password: string;
  readonly deviceName: string;
}

/**
 * Make the first account of a server with the token that it prints at its start, and return its session.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3register
 */
export async function makeFirstAdmin(
  homeserverUrl: string,
  token: string,
  account: FirstAccount,
): Promise<Session> {
  const { username, password, deviceName } = account;
  const wanted = { username, password, initial_device_display_name: deviceName, refresh_token: true };
  const askedAt = Date.now();
  let auth: JsonObject | undefined;
  for (let stage = 0; stage < MAX_STAGES; stage += 1) {
    try {
      const body = await request(homeserverUrl, "POST", "/_matrix/client/v3/register", {
        body: auth === undefined ? wanted : { ...wanted, auth },
      });
      return readSession(homeserverUrl, body, askedAt);
    } catch (error) {
      auth = nextStage(error, token);
    }
  }
  throw new ApiError(401, { errcode: "M_FORBIDDEN" });
}

/**
 * Return what the next stage of the way with the token wants; other ways, which open servers offer, make no
 * admin. Raises the error where it is no question, or one that is not for us; NotAllowed where there is no such
 * way, since there is an admin already.
 */
export function nextStage(error: unknown, token: string): JsonObject {
  if (!(error instanceof ApiError) || error.status !== 401) throw error;
  const { body } = error;
  if (body.errcode !== undefined) throw error;
  const done = new Set(asTexts(body.completed));
  const flow = asObjects(body.flows)
    .map((each) => asTexts(each.stages))
    .find((stages) => stages.includes(TOKEN) && stages.every((stage) => WITHOUT_MORE.has(stage)));
  if (flow === undefined) throw new NotAllowed("no flow takes the token", "stage_registration_token");
  const type = flow.find((stage) => !done.has(stage));
  if (type === undefined) throw error;
  const session = asText(body.session);
  return type === TOKEN ? { type, session, token } : { type, session };
}

function readSession(homeserverUrl: string, body: JsonObject, askedAt: number): Session {
  const [refreshToken, expiresAt] = [asText(body.refresh_token), expiryOf(body, askedAt)];
  return {
    homeserverUrl,
    userId: asText(body.user_id),
    deviceId: asText(body.device_id),
    accessToken: asText(body.access_token),
    ...(refreshToken && { refreshToken }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}
