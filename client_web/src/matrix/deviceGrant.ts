import { BadAnswer, Cancelled, ClientError, NotAllowed, Offline } from "./errors";
import { OAuthRefused, type OAuthTokens, oauthRequest, requestTokens, SCOPE } from "./oauth";
import { checkedUrl, DEVICE_CODE_GRANT, type OAuthMetadata } from "./oauthMetadata";
import { asInteger, asText } from "./shapes";
import { pause } from "./waiting";

/** A question to the user that is open on some page, in whichever browser. */
export interface DeviceGrant {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly page: string;
  /** The page with the code in it; empty where the server has none. */
  readonly pageWithCode: string;
  readonly lifetimeMs: number;
  readonly intervalMs: number;
}

const MAX_CODE = 1024;
const MAX_LIFETIME_S = 3600;
const DEFAULT_INTERVAL_S = 5;
/** What `slow_down` adds, as RFC 8628 says. */
const SLOWER_MS = 5000;

/**
 * Ask for a code that the user confirms elsewhere. Raises NotAllowed, OAuthRefused, BadAnswer, Offline.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#device-authorisation-flow
 */
export async function startDeviceGrant(
  metadata: OAuthMetadata,
  clientId: string,
  deviceId: string,
): Promise<DeviceGrant> {
  const endpoint = metadata.deviceAuthorizationEndpoint;
  if (endpoint === null) throw new NotAllowed("the server has no such sign-in");
  const form = { client_id: clientId, scope: SCOPE + deviceId };
  const body = await oauthRequest(endpoint, new URLSearchParams(form));
  const [deviceCode, userCode] = [asText(body.device_code, MAX_CODE), asText(body.user_code, MAX_CODE)];
  if (!deviceCode || !userCode) throw new BadAnswer("a grant without code");
  const plainHttp = endpoint.startsWith("http:");
  const complete = body.verification_uri_complete;
  return {
    deviceCode,
    userCode,
    page: checkedUrl(body.verification_uri, "the page", plainHttp),
    pageWithCode: complete === undefined ? "" : checkedUrl(complete, "the page", plainHttp),
    lifetimeMs: 1000 * between(1, asInteger(body.expires_in, MAX_LIFETIME_S), MAX_LIFETIME_S),
    intervalMs: 1000 * between(1, asInteger(body.interval, DEFAULT_INTERVAL_S), 60),
  };
}

/** Wait until the user has agreed. Raises Cancelled where they say no; ClientError `qr_expired`; OAuthRefused. */
export async function waitForTokens(
  metadata: OAuthMetadata,
  clientId: string,
  grant: DeviceGrant,
  signal: AbortSignal,
): Promise<OAuthTokens> {
  const form = { grant_type: DEVICE_CODE_GRANT, device_code: grant.deviceCode, client_id: clientId };
  const until = Date.now() + grant.lifetimeMs;
  let intervalMs = grant.intervalMs;
  while (Date.now() < until) {
    try {
      return await requestTokens(metadata, form);
    } catch (error) {
      intervalMs += morePatience(error);
    }
    await pause(intervalMs, signal);
  }
  throw expired();
}

/** Return how much slower to ask, in ms; throw what ends the asking. */
function morePatience(error: unknown): number {
  if (error instanceof Offline) return 0;
  const word = error instanceof OAuthRefused ? error.error : "";
  if (word === "authorization_pending") return 0;
  if (word === "slow_down") return SLOWER_MS;
  if (word === "access_denied") throw new Cancelled("refused on the page");
  throw word === "expired_token" ? expired() : error;
}

function expired(): ClientError {
  return new ClientError("qr_expired", "nobody agreed in time");
}

function between(low: number, value: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
