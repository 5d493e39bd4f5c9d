import { type MatrixClient, Method } from "matrix-js-sdk";
import { asObject, type JsonObject } from "./shapes";

/** Where an endpoint is, and what goes with the request. */
export interface Asking {
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: object;
  /** `/_matrix/client/v3` unless said otherwise. */
  readonly prefix?: string;
}

const PREFIX = "/_matrix/client/v3";

/**
 * Ask the account's homeserver something that the SDK has no words for, and return its answer.
 *
 * Parts of the path are escaped: `` path`/rooms/${roomId}/aliases` ``. Throws what the SDK throws.
 */
export async function ask(
  sdk: MatrixClient,
  method: "GET" | "PUT" | "POST" | "DELETE",
  where: string,
  { query = {}, body, prefix = PREFIX }: Asking = {},
): Promise<JsonObject> {
  const given = Object.entries(query).filter(
    (entry): entry is [string, string | string[]] => entry[1] !== undefined,
  );
  const methods = { GET: Method.Get, PUT: Method.Put, POST: Method.Post, DELETE: Method.Delete };
  const answer = await sdk.http.authedRequest<unknown>(
    methods[method],
    where,
    Object.fromEntries(given),
    body ?? (method === "PUT" || method === "POST" ? {} : undefined),
    { prefix },
  );
  return asObject(answer);
}

/** Make a path whose parts are escaped. */
export function path(fixed: TemplateStringsArray, ...parts: readonly string[]): string {
  return fixed.reduce(
    (made, text, at) => made + text + (at < parts.length ? encodeURIComponent(parts[at]!) : ""),
    "",
  );
}

/** Await a request that is as good where there was nothing to do it to. */
export async function unlessMissing(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

/** Return the HTTP status of an error; 0 where it has none. */
export function statusOf(error: unknown): number {
  const status = asObject(error).httpStatus;
  return typeof status === "number" ? status : 0;
}

/** Return the error code of a refusal; empty where it has none. */
export function errcodeOf(error: unknown): string {
  const code = asObject(error).errcode;
  return typeof code === "string" ? code : "";
}
