import { type MatrixClient, Method } from "matrix-js-sdk";
import { ApiError, asClientError } from "../errors";
import { asObject, asObjects, asPositive, asText } from "../shapes";
import type { Grant } from "./types";

/** Return the apps that the account signed in with by the server's pages; null where the server does not tell. */
export async function readGrants(sdk: MatrixClient): Promise<readonly Grant[] | null> {
  let answer: unknown;
  try {
    answer = await sdk.http.authedRequest(Method.Get, "/grants", undefined, undefined, {
      prefix: "/_parlour/account/v1",
    });
  } catch (error) {
    const refusal = asClientError(error);
    if (refusal instanceof ApiError && (refusal.status === 404 || refusal.status === 405)) return null;
    throw error;
  }
  return asObjects(asObject(answer).grants).map(readGrant);
}

function readGrant(grant: Readonly<Record<string, unknown>>): Grant {
  const client = asObject(grant.client);
  const url = asText(client.uri, 2000);
  return {
    deviceId: asText(grant.device_id, 255),
    deviceName: asText(grant.device_name, 255),
    appName: asText(client.name, 255),
    appUrl: /^https?:\/\//.test(url) ? url : "",
    lastSeenMs: asPositive(grant.last_seen_ts) ?? null,
  };
}
