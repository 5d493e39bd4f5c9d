import { request } from "./api";
import { ApiError, BadAnswer } from "./errors";
import { asText, asTexts, type JsonObject } from "./shapes";
import { isLoopback, parseUrl } from "./urls";

/**
 * The OAuth 2.0 endpoints of a server; checked: every address may be sent tokens to.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#server-metadata-discovery
 */
export interface OAuthMetadata {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string;
  readonly registrationEndpoint: string | null;
  readonly deviceAuthorizationEndpoint: string | null;
  readonly accountManagementUri: string | null;
  readonly accountManagementActions: readonly string[];
  /** Whether this client can sign people in there. */
  readonly canSignIn: boolean;
  readonly canRegister: boolean;
  /** Whether a device can be signed in by somebody who agrees to it elsewhere. */
  readonly canUseDeviceCode: boolean;
  /** The answer in the browser carries `iss` (RFC 9207): one without it is refused. */
  readonly namesIssuer: boolean;
}

export const DEVICE_CODE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

const PATHS = [
  "/_matrix/client/v1/auth_metadata",
  // COMPAT: servers from before v1.15 of the specification.
  "/_matrix/client/unstable/org.matrix.msc2965/auth_metadata",
];

/** Ask a server for its endpoints; null where it has none. Raises Offline, BadAnswer. */
export async function fetchOAuthMetadata(homeserverUrl: string): Promise<OAuthMetadata | null> {
  for (const path of PATHS) {
    try {
      return parseOAuthMetadata(await request(homeserverUrl, "GET", path), homeserverUrl);
    } catch (error) {
      if (!(error instanceof ApiError) && !isAbsence(error)) throw error;
    }
  }
  return null;
}

/** Read what a server says of itself. Plain http is only for servers that are reached so. Raises BadAnswer. */
export function parseOAuthMetadata(body: JsonObject, homeserverUrl: string): OAuthMetadata {
  const plainHttp = homeserverUrl.startsWith("http:");
  const optional = (name: string): string | null =>
    body[name] === undefined || body[name] === null ? null : checkedUrl(body[name], name, plainHttp);
  const required = (name: string): string => checkedUrl(body[name], name, plainHttp);
  const registrationEndpoint = optional("registration_endpoint");
  const deviceAuthorizationEndpoint = optional("device_authorization_endpoint");
  const grants = listOf(body.grant_types_supported, ["authorization_code", "implicit"]);
  const canSignIn =
    registrationEndpoint !== null &&
    grants.includes("authorization_code") &&
    listOf(body.code_challenge_methods_supported, []).includes("S256") &&
    listOf(body.response_modes_supported, ["query", "fragment"]).includes("query");
  return {
    issuer: required("issuer"),
    authorizationEndpoint: required("authorization_endpoint"),
    tokenEndpoint: required("token_endpoint"),
    revocationEndpoint: required("revocation_endpoint"),
    registrationEndpoint,
    deviceAuthorizationEndpoint,
    accountManagementUri: optional("account_management_uri"),
    accountManagementActions: listOf(body.account_management_actions_supported, []),
    canSignIn,
    canRegister: canSignIn && listOf(body.prompt_values_supported, []).includes("create"),
    canUseDeviceCode:
      registrationEndpoint !== null &&
      deviceAuthorizationEndpoint !== null &&
      grants.includes(DEVICE_CODE_GRANT),
    namesIssuer: body.authorization_response_iss_parameter_supported === true,
  };
}

function isAbsence(error: unknown): boolean {
  return error instanceof BadAnswer && / 40[45] /.test(error.message);
}

/** Return an address that may be sent tokens to, or shown. Raises BadAnswer. */
export function checkedUrl(value: unknown, name: string, plainHttp: boolean): string {
  const text = asText(value);
  const url = parseUrl(text);
  if (url === null || url.username || url.password) throw new BadAnswer(`${name} is no address`);
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && (plainHttp || isLoopback(text)));
  if (!isSafe) throw new BadAnswer(`${name} is not to be trusted`);
  return text;
}

/** What RFC 8414 says of a missing list is its default. */
function listOf(value: unknown, missing: readonly string[]): readonly string[] {
  return Array.isArray(value) ? asTexts(value).slice(0, 100) : missing;
}
