import { request } from "./api";
import { ApiError } from "./errors";
import { OAuthRefused, type OAuthTokens, refreshOAuth } from "./oauth";
import { isSameDevice } from "./session";
import { asInteger, asObject, asText } from "./shapes";
import type { Session } from "./types";
import type { MutableValue } from "./value";

/** A token that ends so soon is renewed before it is used. */
const MARGIN_MS = 30_000;

/**
 * What sends an account's requests: with the token that is good now, renewed where it has run out. New tokens
 * are kept, by `keep`, before anybody uses them; the old refresh token stays good until then, so a crash in
 * between costs nothing.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#refreshing-access-tokens
 */
export class SessionTokens {
  readonly #session: MutableValue<Session>;
  readonly #keep: (session: Session) => void;
  readonly #latest: () => Session | null;
  #renewing: Promise<boolean> | null = null;

  /** `latest` is the session as it was kept last, perhaps by another tab: a refresh token is good only once. */
  constructor(
    session: MutableValue<Session>,
    keep: (session: Session) => void,
    latest: () => Session | null = () => null,
  ) {
    this.#session = session;
    this.#keep = keep;
    this.#latest = latest;
  }

  /** As the browser's `fetch`; what goes to the account's homeserver carries its token. */
  readonly fetch: typeof fetch = async (resource, options) => {
    const url =
      typeof resource === "string" ? resource : resource instanceof URL ? resource.href : resource.url;
    if (!url.startsWith(`${this.#session.get().homeserverUrl}/`)) return fetch(resource, options);
    const token = await this.current();
    const response = await fetch(resource, withToken(resource, options, token));
    if (response.status !== 401 || !(await isUnknownToken(response)) || !(await this.renew(token)))
      return response;
    return fetch(resource, withToken(resource, options, this.#session.get().accessToken));
  };

  /** Return the access token, renewed first if it is about to end. */
  async current(): Promise<string> {
    const { accessToken, expiresAt, refreshToken } = this.#session.get();
    if (refreshToken && expiresAt && expiresAt - Date.now() < MARGIN_MS) {
      // A server that cannot be asked now may be there a moment later, and so may the token be good still.
      await this.renew(accessToken).catch(() => false);
    }
    return this.#session.get().accessToken;
  }

  /**
   * Get a new token in place of this one; whoever asks meanwhile gets the same. False where there is none to
   * be had. Raises where the server could not be asked: the old refresh token is still good then.
   */
  async renew(refused: string): Promise<boolean> {
    if (this.#session.get().accessToken !== refused) return true;
    this.#renewing ??= alone(this.#session.get(), () => this.#renew()).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renew(): Promise<boolean> {
    const session = this.#session.get();
    const kept = this.#latest();
    if (kept !== null && isSameDevice(kept, session) && kept.accessToken !== session.accessToken) {
      this.#session.set(kept);
      return true;
    }
    if (!session.refreshToken) return false;
    let tokens: OAuthTokens;
    try {
      tokens = await (session.oauth ? refreshOAuth(session) : refresh(session));
    } catch (error) {
      if (error instanceof OAuthRefused) return false;
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return false;
      throw error;
    }
    const { expiresAt: _, ...rest } = session;
    const renewed: Session = {
      ...rest,
      accessToken: tokens.accessToken,
      refreshToken: tokens.refreshToken ?? session.refreshToken,
      ...(tokens.expiresAt && { expiresAt: tokens.expiresAt }),
    };
    this.#keep(renewed);
    this.#session.set(renewed);
    return true;
  }
}

/** Read a token's lifetime in an answer of the older API; the time when it ends, by our clock. */
export function expiryOf(body: Readonly<Record<string, unknown>>, askedAt: number): number | undefined {
  const lifetime = asInteger(body.expires_in_ms);
  return lifetime > 0 ? askedAt + lifetime : undefined;
}

async function refresh(session: Session): Promise<OAuthTokens> {
  const askedAt = Date.now();
  const body = await request(session.homeserverUrl, "POST", "/_matrix/client/v3/refresh", {
    body: { refresh_token: session.refreshToken },
  });
  const accessToken = asText(body.access_token);
  if (!accessToken) throw new ApiError(403, { errcode: "M_UNKNOWN_TOKEN" });
  return {
    accessToken,
    refreshToken: asText(body.refresh_token) || undefined,
    expiresAt: expiryOf(body, askedAt),
  };
}

/** Do something about a session while no other tab does; where browsers offer that, which is on https alone. */
function alone<T>(session: Session, work: () => Promise<T>): Promise<T> {
  if (!("locks" in navigator)) return work();
  return navigator.locks.request(`parlour.tokens ${session.userId} ${session.deviceId}`, work) as Promise<T>;
}

function withToken(
  resource: RequestInfo | URL,
  options: RequestInit | undefined,
  token: string,
): RequestInit {
  const headers = new Headers(
    options?.headers ?? (resource instanceof Request ? resource.headers : undefined),
  );
  headers.set("Authorization", `Bearer ${token}`);
  return { ...options, headers };
}

async function isUnknownToken(response: Response): Promise<boolean> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return asObject(body).errcode === "M_UNKNOWN_TOKEN";
}
