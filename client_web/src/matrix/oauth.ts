import { request } from "./api";
import type { Homeserver } from "./discovery";
import { ApiError, BadAnswer, Cancelled, ClientError, NotAllowed, Offline } from "./errors";
import { DEVICE_CODE_GRANT, fetchOAuthMetadata, type OAuthMetadata } from "./oauthMetadata";
import { base64Url, newDeviceId, randomToken } from "./random";
import { asInteger, asObject, asText, type JsonObject } from "./shapes";
import type { Session } from "./types";
import { isLoopback } from "./urls";

/** One trip to the server's page: kept in this tab until the browser comes back. */
interface Trip {
  readonly state: string;
  readonly verifier: string;
  readonly clientId: string;
  readonly deviceId: string;
  readonly homeserverUrl: string;
  readonly redirectUri: string;
  readonly issuer: string;
  /** Whose session goes on; empty for a new one. */
  readonly again: string;
}

export interface OAuthTokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly expiresAt: number | undefined;
}

/** The authorisation server says no; `error` is its word for why (RFC 6749 §5.2). */
export class OAuthRefused extends ClientError {
  readonly error: string;

  constructor(error: string) {
    super("oauth_refused", error);
    this.error = error;
  }
}

const TRIP = "parlour.oauth";
/** What a token may be used for; the device's id follows. */
export const SCOPE = "urn:matrix:client:api:* urn:matrix:client:device:";
const MAX_TOKEN = 16_384;
const LOOPBACK_ADDRESS = "https://127.0.0.1/";

/** Where the server's page sends the browser back to. */
export function redirectUri(): string {
  return `${location.origin}/login`;
}

/**
 * Prepare a trip to the server's page and return its address. The state and what proves that the answer is for
 * us stay in this tab. `again` goes on with a session that the server ended softly.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#authorisation-code-flow
 */
export async function beginOAuth(homeserver: Homeserver, create: boolean, again?: Session): Promise<string> {
  const metadata = homeserver.oauth;
  if (metadata === null || !metadata.canSignIn) throw new NotAllowed("the server has no such sign-in");
  const trip: Trip = {
    state: randomToken(),
    verifier: randomToken(64),
    clientId: await registerOAuthClient(metadata),
    deviceId: again?.deviceId ?? newDeviceId(),
    homeserverUrl: homeserver.url,
    redirectUri: redirectUri(),
    issuer: metadata.issuer,
    again: again?.userId ?? "",
  };
  sessionStorage.setItem(TRIP, JSON.stringify(trip));
  const query = new URLSearchParams({
    response_type: "code",
    response_mode: "query",
    client_id: trip.clientId,
    redirect_uri: trip.redirectUri,
    scope: SCOPE + trip.deviceId,
    state: trip.state,
    code_challenge: await challengeOf(trip.verifier),
    code_challenge_method: "S256",
  });
  if (create && metadata.canRegister) query.set("prompt", "create");
  if (again) query.set("login_hint", `mxid:${again.userId}`);
  return `${metadata.authorizationEndpoint}${metadata.authorizationEndpoint.includes("?") ? "&" : "?"}${query}`;
}

/** Tell whether the browser comes back from such a trip. */
export function isOAuthAnswer(query: URLSearchParams): boolean {
  return query.has("state") && (query.has("code") || query.has("error"));
}

/** Sign in with what the server's page sent back. Raises Cancelled where the user said no; ClientError. */
export async function finishOAuth(query: URLSearchParams): Promise<Session> {
  const trip = takeTrip(query.get("state"));
  const metadata = await fetchOAuthMetadata(trip.homeserverUrl);
  if (metadata === null || metadata.issuer !== trip.issuer) throw new BadAnswer("another server now");
  const code = codeOf(query, metadata);
  const tokens = await requestTokens(metadata, {
    grant_type: "authorization_code",
    code,
    redirect_uri: trip.redirectUri,
    client_id: trip.clientId,
    code_verifier: trip.verifier,
  });
  const session = await sessionOfTokens(trip.homeserverUrl, metadata, trip.clientId, trip.deviceId, tokens);
  if (trip.again && trip.again !== session.userId) throw new NotAllowed("another user", "another_account");
  return session;
}

/** Register this client, as the specification wants it before each sign-in; returns the client id. */
export async function registerOAuthClient(metadata: OAuthMetadata): Promise<string> {
  if (metadata.registrationEndpoint === null) throw new NotAllowed("the server takes no new clients");
  const answer = await oauthRequest(metadata.registrationEndpoint, clientMetadata(metadata));
  const clientId = asText(answer.client_id, 1024);
  if (!clientId) throw new BadAnswer("no client id");
  return clientId;
}

/** Ask the server whose tokens these are. Raises BadAnswer where they are of another device than wanted. */
export async function sessionOfTokens(
  homeserverUrl: string,
  metadata: OAuthMetadata,
  clientId: string,
  deviceId: string,
  tokens: OAuthTokens,
): Promise<Session> {
  const me = await request(homeserverUrl, "GET", "/_matrix/client/v3/account/whoami", {
    token: tokens.accessToken,
  });
  const userId = asText(me.user_id, 255);
  if (!userId || me.device_id !== deviceId) throw new BadAnswer("the tokens are of another device");
  return {
    userId,
    deviceId,
    homeserverUrl,
    accessToken: tokens.accessToken,
    ...(tokens.refreshToken && { refreshToken: tokens.refreshToken }),
    ...(tokens.expiresAt && { expiresAt: tokens.expiresAt }),
    oauth: { clientId, issuer: metadata.issuer },
  };
}

/** Send a grant to the token endpoint. Raises OAuthRefused; Offline where trying again later may help. */
export async function requestTokens(
  metadata: OAuthMetadata,
  form: Readonly<Record<string, string>>,
): Promise<OAuthTokens> {
  const askedAt = Date.now();
  const body = await oauthRequest(metadata.tokenEndpoint, new URLSearchParams(form));
  const accessToken = asText(body.access_token, MAX_TOKEN);
  if (!accessToken || asText(body.token_type).toLowerCase() !== "bearer") throw new BadAnswer("no token");
  const lifetime = asInteger(body.expires_in);
  return {
    accessToken,
    refreshToken: asText(body.refresh_token, MAX_TOKEN) || undefined,
    expiresAt: lifetime > 0 ? askedAt + lifetime * 1000 : undefined,
  };
}

/** Get new tokens of a session. Raises OAuthRefused, Offline, BadAnswer. */
export async function refreshOAuth(session: Session): Promise<OAuthTokens> {
  const metadata = await metadataOf(session);
  return requestTokens(metadata, {
    grant_type: "refresh_token",
    refresh_token: session.refreshToken ?? "",
    client_id: session.oauth?.clientId ?? "",
  });
}

/** Sign a session out. Spec: https://spec.matrix.org/v1.19/client-server-api/#token-revocation */
export async function revokeOAuth(session: Session): Promise<void> {
  const metadata = await metadataOf(session);
  // The refresh token ends both, and is still good when the access token has run out.
  const form = {
    token: session.refreshToken ?? session.accessToken,
    token_type_hint: session.refreshToken ? "refresh_token" : "access_token",
    client_id: session.oauth?.clientId ?? "",
  };
  await oauthRequest(metadata.revocationEndpoint, new URLSearchParams(form), true);
}

async function metadataOf(session: Session): Promise<OAuthMetadata> {
  const metadata = await fetchOAuthMetadata(session.homeserverUrl);
  if (metadata === null || metadata.issuer !== session.oauth?.issuer) {
    throw new BadAnswer("the authorisation server is another one now");
  }
  return metadata;
}

/** Ask an OAuth endpoint, whose refusals have names of their own. */
export async function oauthRequest(
  url: string,
  body: URLSearchParams | JsonObject,
  mayBeEmpty = false,
): Promise<JsonObject> {
  try {
    return await request(url, "POST", "", { body });
  } catch (error) {
    if (mayBeEmpty && error instanceof BadAnswer && error.message.endsWith("no JSON object")) return {};
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 429) throw new Offline("the authorisation server is busy");
    throw new OAuthRefused(asText(error.body.error, 100) || String(error.status));
  }
}

function takeTrip(state: string | null): Trip {
  const stored = asObject(JSON.parse(sessionStorage.getItem(TRIP) ?? "null"));
  sessionStorage.removeItem(TRIP);
  if (state === null || asText(stored.state) !== state) throw new BadAnswer("an answer to nothing we asked");
  return stored as unknown as Trip;
}

/** Return the code that the browser brought; first of all it must be of the server that was asked (RFC 9207). */
function codeOf(query: URLSearchParams, metadata: OAuthMetadata): string {
  const named = query.get("iss");
  if (named !== metadata.issuer && (named !== null || metadata.namesIssuer)) {
    throw new BadAnswer("the answer is of another server");
  }
  const error = query.get("error");
  if (error === "access_denied") throw new Cancelled("refused in the browser");
  if (error !== null) throw new OAuthRefused(error.slice(0, 100));
  const code = query.get("code");
  if (!code) throw new BadAnswer("neither a code nor an error");
  return code;
}

/** Who we are. On this machine, without TLS, we are what the specification calls a native client. */
function clientMetadata(metadata: OAuthMetadata): JsonObject {
  const isHere = isLoopback(location.origin);
  return {
    client_name: "Parlour",
    client_uri: isHere ? LOOPBACK_ADDRESS : `${location.origin}/`,
    application_type: isHere ? "native" : "web",
    token_endpoint_auth_method: "none",
    response_types: ["code"],
    grant_types: [
      "authorization_code",
      "refresh_token",
      ...(metadata.canUseDeviceCode ? [DEVICE_CODE_GRANT] : []),
    ],
    redirect_uris: [isHere ? `${location.protocol}//${location.hostname}/login` : redirectUri()],
  };
}

async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return base64Url(new Uint8Array(digest));
}
