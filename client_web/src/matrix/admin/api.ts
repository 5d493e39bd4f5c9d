import { type RequestOptions, request } from "../api";
import { keptSession, updateSession } from "../session";
import type { JsonObject } from "../shapes";
import { SessionTokens } from "../tokens";
import type { Session } from "../types";
import { MutableValue } from "../value";

/** Asks the account's homeserver what only its admins may ask; see docs/admin-api.md. */
export interface AdminApi {
  readonly session: Session;
  get(path: string, query?: RequestOptions["query"]): Promise<JsonObject>;
  post(path: string, body?: JsonObject): Promise<JsonObject>;
  put(path: string, body: JsonObject): Promise<JsonObject>;
  delete(path: string, body?: JsonObject): Promise<JsonObject>;
}

/** What Synapse's admin API has too, and what is ours alone. */
export const SYNAPSE = "/_synapse/admin";
export const PARLOUR = "/_parlour/admin/v1";

/** Checks of the network take their time. */
const TIMEOUT_MS = 75_000;

/** Make what asks in the name of a session; its tokens are renewed where they run out. */
export function createAdminApi(session: Session): AdminApi {
  const current = new MutableValue(session);
  const tokens = new SessionTokens(current, updateSession, () => keptSession(session.userId));
  const ask = (method: "GET" | "POST" | "PUT" | "DELETE", path: string, options: RequestOptions) => {
    return request(session.homeserverUrl, method, path, {
      timeoutMs: TIMEOUT_MS,
      ...options,
      fetch: tokens.fetch,
    });
  };
  return {
    session,
    get: (path, query) => ask("GET", path, query === undefined ? {} : { query }),
    post: (path, body = {}) => ask("POST", path, { body }),
    put: (path, body) => ask("PUT", path, { body }),
    delete: (path, body) => ask("DELETE", path, body === undefined ? {} : { body }),
  };
}

/** Join the parts of a path, each escaped. */
export function pathOf(base: string, ...parts: readonly string[]): string {
  return [base, ...parts.map(encodeURIComponent)].join("/");
}
