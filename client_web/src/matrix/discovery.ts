import { request } from "./api";
import { ApiError, BadAnswer, ClientError, NotAllowed, Offline } from "./errors";
import { fetchOAuthMetadata, type OAuthMetadata } from "./oauthMetadata";
import { asObject, asObjects, asText, asTexts, type JsonObject } from "./shapes";
import { baseUrlOf, isLoopback, parseUrl } from "./urls";

/** One "sign in with …" button. */
export interface IdentityProvider {
  readonly id: string;
  readonly name: string;
  readonly brand: string;
}

/** A server that answered, and the ways in. */
export interface Homeserver {
  /** Without a slash at its end. */
  readonly url: string;
  /** What people typed, or what follows the colon of their user ids: for showing, not for trust. */
  readonly name: string;
  readonly hasPassword: boolean;
  readonly hasSso: boolean;
  readonly providers: readonly IdentityProvider[];
  readonly oauth: OAuthMetadata | null;
  readonly hasOAuth: boolean;
  /** A device that is signed in can let a new one in by a QR code. */
  readonly hasQr: boolean;
  /** It is reached without encryption, over a network. */
  readonly isInsecure: boolean;
}

/** What the server that this page came from says before anybody signs in. */
export interface SiteConfig {
  readonly serverName: string;
  readonly baseUrl: string;
  /** Base URLs of the only servers that may be used from here; empty where any may. */
  readonly homeservers: readonly string[];
  /** Who gets an account; empty where it does not say. */
  readonly registration: "open" | "token" | "closed" | "";
}

/** What a server says where two devices can meet: the notes of `qr/rendezvous.ts`. */
const RENDEZVOUS = "org.matrix.msc4108";
const MODES = ["open", "token", "closed"] as const;
const MAX_PROVIDERS = 50;
const SHORT_MS = 10_000;
/** The ASCII characters that a server's name may have, with a port at its end. */
const SERVER_NAME = /^(?:[A-Za-z0-9.-]{1,230}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;

/** Ask where this page came from; null where its server says nothing. */
export async function siteConfig(): Promise<SiteConfig | null> {
  try {
    const body = await request(location.origin, "GET", "/config.json", { timeoutMs: SHORT_MS });
    const named = baseUrlOf(asText(body.base_url));
    // Over plain http a page may talk to nobody but the server that it came from.
    const baseUrl = named?.startsWith("https:") ? named : location.origin;
    return {
      serverName: asText(body.server_name, 255) || location.host,
      baseUrl,
      registration: MODES.find((mode) => mode === body.registration) ?? "",
      homeservers: asTexts(body.homeservers)
        .map(baseUrlOf)
        .filter((url) => url !== null),
    };
  } catch {
    // A page that some other web server gives out has no such file: people choose their server.
    return null;
  }
}

/**
 * Find a server by a user id (`@alice:example.org`), a name (`example.org`) or an address (`https://…`).
 *
 * Raises ClientError with the words no_server_name, discovery_broken, no_homeserver; Offline.
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#server-discovery
 */
export async function discover(typed: string): Promise<Homeserver> {
  const asked = understand(typed.trim());
  if (asked.wellKnown !== null) {
    const named = await wellKnown(asked.wellKnown);
    if (named !== null) return lookAt(named, asked.name);
  }
  let failure: unknown = new Offline("no address");
  for (const address of asked.addresses) {
    try {
      return await lookAt(address, asked.name);
    } catch (error) {
      failure = error;
    }
  }
  return afterFailure(failure, asked);
}

/** Ask the server at a base URL how to sign in. Raises ClientError no_homeserver; Offline. */
export async function lookAt(url: string, name = ""): Promise<Homeserver> {
  const [features, flows, oauth] = await Promise.all([checkVersions(url), loginFlows(url), oauthOf(url)]);
  const types = flows.map((flow) => asText(flow.type));
  const sso = flows.find((flow) => flow.type === "m.login.sso");
  // Its challenge needs what browsers give only to pages that were loaded safely.
  const hasOAuth = oauth?.canSignIn === true && isSecureContext;
  return {
    url,
    name: name || (parseUrl(url)?.host ?? url),
    hasPassword: types.includes("m.login.password"),
    hasSso: sso !== undefined,
    providers: asObjects(sso?.identity_providers)
      .slice(0, MAX_PROVIDERS)
      .map(providerOf)
      .filter((one) => one.id),
    oauth,
    hasOAuth,
    hasQr: oauth?.canUseDeviceCode === true && features[RENDEZVOUS] === true,
    isInsecure: url.startsWith("http:") && !isLoopback(url),
  };
}

interface Asked {
  readonly name: string;
  /** Base URLs to try, in this order. */
  readonly addresses: readonly string[];
  /** Whose `.well-known` file to ask, before the addresses. */
  readonly wellKnown: string | null;
}

/** Understand what was typed. Plain http is spoken only where it was typed, or to this machine. */
export function understand(typed: string): Asked {
  if (typed.includes("://")) {
    const address = baseUrlOf(typed);
    if (address === null) throw notAServer(typed);
    return { name: parseUrl(address)?.host ?? address, addresses: [address], wellKnown: null };
  }
  const name = typed.startsWith("@") ? typed.slice(typed.indexOf(":") + 1) : typed;
  if (!SERVER_NAME.test(name) || (typed.startsWith("@") && !typed.includes(":"))) throw notAServer(typed);
  const host = parseUrl(`https://${name}`)?.hostname;
  if (host === undefined) throw notAServer(typed);
  if (isLoopback(`https://${name}`)) {
    return { name, addresses: [`http://${name}`, `https://${name}`], wellKnown: null };
  }
  return { name, addresses: [`https://${name}`], wellKnown: `https://${host}` };
}

/** Somebody may have typed "https://example.org", whose server is elsewhere. */
async function afterFailure(failure: unknown, asked: Asked): Promise<Homeserver> {
  const [address] = asked.addresses;
  const isAddress = asked.wellKnown === null && address !== undefined && !isLoopback(address);
  if (isAddress && failure instanceof ClientError && failure.word === "no_homeserver") {
    const named = await wellKnown(`https://${parseUrl(address)?.hostname}`);
    if (named !== null) return lookAt(named, asked.name);
  }
  const isElsewhere = address?.startsWith("http:") && parseUrl(address)?.origin !== location.origin;
  if (isElsewhere && failure instanceof Offline) throw new ClientError("server_needs_https", failure.message);
  throw failure;
}

/** Return the base URL that a host names; null where it has no such file, or does not answer. */
async function wellKnown(origin: string): Promise<string | null> {
  let body: JsonObject;
  try {
    body = await request(origin, "GET", "/.well-known/matrix/client", { timeoutMs: SHORT_MS });
  } catch (error) {
    if (error instanceof Offline || isMissing(error)) return null;
    throw new ClientError("discovery_broken", String(error));
  }
  const url = baseUrlOf(asText(asObject(body["m.homeserver"]).base_url));
  if (url === null || !url.startsWith("https:")) throw new ClientError("discovery_broken", "base_url");
  return url;
}

/** Return what the server says it can do beyond the specification, if a Matrix server answers there. */
async function checkVersions(url: string): Promise<JsonObject> {
  let body: JsonObject = {};
  try {
    body = await request(url, "GET", "/_matrix/client/versions", { timeoutMs: SHORT_MS });
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof BadAnswer)) throw error;
  }
  if (!Array.isArray(body.versions)) throw new ClientError("no_homeserver", `${url} is no Matrix server`);
  return asObject(body.unstable_features);
}

async function loginFlows(url: string): Promise<readonly JsonObject[]> {
  try {
    return asObjects((await request(url, "GET", "/_matrix/client/v3/login")).flows);
  } catch (error) {
    if (error instanceof ApiError || error instanceof BadAnswer) return [];
    throw error;
  }
}

/** What a server says wrongly of its OAuth does not close the other ways in. */
async function oauthOf(url: string): Promise<OAuthMetadata | null> {
  try {
    return await fetchOAuthMetadata(url);
  } catch (error) {
    if (error instanceof BadAnswer) return null;
    throw error;
  }
}

function providerOf(entry: JsonObject): IdentityProvider {
  const id = asText(entry.id, 255);
  return { id, name: asText(entry.name, 255) || id, brand: asText(entry.brand, 50) };
}

function isMissing(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 404;
  return error instanceof BadAnswer && error.message.includes(" 404 ");
}

function notAServer(typed: string): NotAllowed {
  return new NotAllowed(`${typed.slice(0, 100)} names no server`, "no_server_name");
}
